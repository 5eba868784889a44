"""Addresses of the registrar's work."""

from django.urls import path

from enrollment.views import imports, records

app_name = "registry"
urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:key>/", imports.one_import, name="import"),
    path("imports/<uuid:key>/columns/", imports.columns, name="columns"),
    path("imports/<uuid:key>/faulty-rows/", imports.faulty_rows, name="faulty_rows"),
    path("imports/<uuid:key>/publish/", imports.publish, name="publish"),
    path("imports/<uuid:key>/undo/", imports.undo, name="undo"),
    path("imports/<uuid:key>/discard/", imports.discard, name="discard"),
    path("records/", records.search, name="search"),
    path("records/<uuid:key>/", records.one_record, name="record"),
]
