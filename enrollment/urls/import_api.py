"""Addresses of the import API for a school's own system."""

from django.urls import path

from enrollment.imports.views import api

app_name = "import_api"
urlpatterns = [
    path("", api.receive, name="receive"),
    path("<uuid:key>/", api.state, name="state"),
    path("<uuid:key>/publish/", api.publish, name="publish"),
    path("<str:name>", api.receive_named, name="receive_named"),
]
