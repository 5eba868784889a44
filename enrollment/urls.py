"""Addresses of the enrollment app."""

from django.urls import path

from enrollment.views import check_reports, confirming, photos, reports, status

app_name = "enrollment"
urlpatterns = [
    path("", status.status, name="status"),
    path("check/", confirming.check, name="check_receipt"),
    path("receipts/<uuid:key>/", confirming.receipt, name="receipt"),
    path("report/", check_reports.check, name="check_report"),
    path("report/<str:code>/", check_reports.check, name="check_report_code"),
    path("reports/<uuid:key>/", reports.report, name="report"),
    path("reports/<uuid:key>/file/", reports.download, name="report_file"),
    path("reports/<uuid:key>/extend/", reports.extend, name="report_extend"),
    path("reports/<uuid:key>/revoke/", reports.revoke, name="report_revoke"),
    path("photos/<uuid:key>/", photos.photo, name="photo"),
    path("photos/<uuid:key>/answer/", confirming.answer_photo, name="photo_answer"),
    path("<uuid:key>/", status.record, name="record"),
    path("<uuid:key>/certificate/", status.certificate, name="certificate"),
    path("<uuid:key>/answer/", confirming.answer, name="answer"),
    path("<uuid:key>/viewings/", status.viewings, name="viewings"),
    path("<uuid:key>/reports/", reports.reports, name="reports"),
]
