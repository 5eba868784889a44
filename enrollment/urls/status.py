"""Addresses of the student's pages and of public verification."""

from django.urls import path

from enrollment.confirmations import views as confirmations
from enrollment.status_page import photo_views
from enrollment.status_page import views as status_page
from enrollment.status_reports import public_views
from enrollment.status_reports import views as status_reports

app_name = "enrollment"
urlpatterns = [
    path("", status_page.status, name="status"),
    path("check/", confirmations.check, name="check_receipt"),
    path("receipts/<uuid:key>/", confirmations.receipt, name="receipt"),
    path("report/", public_views.check, name="check_report"),
    path("report/<str:code>/", public_views.check, name="check_report_code"),
    path("reports/<uuid:key>/", status_reports.report, name="report"),
    path("reports/<uuid:key>/file/", status_reports.download, name="report_file"),
    path("reports/<uuid:key>/extend/", status_reports.extend, name="report_extend"),
    path("reports/<uuid:key>/revoke/", status_reports.revoke, name="report_revoke"),
    path("photos/<uuid:key>/", photo_views.photo, name="photo"),
    path("photos/<uuid:key>/answer/", confirmations.answer_photo, name="photo_answer"),
    path("<uuid:key>/", status_page.record, name="record"),
    path("<uuid:key>/certificate/", status_page.certificate, name="certificate"),
    path("<uuid:key>/answer/", confirmations.answer, name="answer"),
    path("<uuid:key>/viewings/", status_page.viewings, name="viewings"),
    path("<uuid:key>/reports/", status_reports.reports, name="reports"),
]
