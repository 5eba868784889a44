"""Addresses of the import for a school's own system."""

from django.urls import path

from enrollment.views import import_api

app_name = "import_api"
urlpatterns = [
    path("", import_api.receive, name="receive"),
    path("<uuid:key>/", import_api.state, name="state"),
    path("<uuid:key>/publish/", import_api.publish, name="publish"),
    path("<str:name>", import_api.receive_named, name="receive_named"),
]
