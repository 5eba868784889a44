"""Addresses of the enrollment app."""

from django.urls import path

from enrollment.views import confirming, photos, status

app_name = "enrollment"
urlpatterns = [
    path("", status.status, name="status"),
    path("check/", confirming.check, name="check_receipt"),
    path("receipts/<uuid:key>/", confirming.receipt, name="receipt"),
    path("photos/<uuid:key>/", photos.photo, name="photo"),
    path("<uuid:key>/", status.record, name="record"),
    path("<uuid:key>/certificate/", status.certificate, name="certificate"),
    path("<uuid:key>/answer/", confirming.answer, name="answer"),
]
