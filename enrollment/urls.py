"""Addresses of the enrollment app."""

from django.urls import path

from enrollment.views import photos, status

app_name = "enrollment"
urlpatterns = [
    path("", status.status, name="status"),
    path("photos/<uuid:key>/", photos.photo, name="photo"),
    path("<uuid:key>/", status.record, name="record"),
    path("<uuid:key>/certificate/", status.certificate, name="certificate"),
]
