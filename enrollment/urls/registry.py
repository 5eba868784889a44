"""Addresses of the registrar's pages."""

from django.urls import path

from accounts.urls import converters  # noqa: F401 - registers short_uuid
from enrollment.imports.columns import views as columns
from enrollment.imports.missing import views as missing
from enrollment.imports.tokens import views as tokens
from enrollment.imports.views import changes, corrected_rows, imports
from enrollment.institutions import class_merge_views, class_views, staff_views
from enrollment.institutions.appointments import views as appointment_views
from enrollment.institutions.reviews import views as review_views
from enrollment.institutions.settings import views as settings_views
from enrollment.photos import views as photos
from enrollment.records import views as records
from enrollment.records.events import views as event_views
from enrollment.records.export import views as export_views
from enrollment.status_page import photo_views

app_name = "registry"
urlpatterns = [
    path("appointments/<short_uuid:key>/", appointment_views.appointment, name="appointment"),
    path(
        "appointments/<uuid:key>/withdraw/",
        appointment_views.withdraw_appointment,
        name="withdraw_appointment",
    ),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:key>/", imports.one_import, name="import"),
    path("imports/<uuid:key>/changes/", changes.changes, name="changes"),
    path("imports/<uuid:key>/missing/", missing.missing, name="missing"),
    path("imports/<uuid:key>/missing/people/", missing.missing_people, name="missing_people"),
    path("imports/<uuid:key>/missing/decide/", missing.decide_missing, name="decide_missing"),
    path("imports/<uuid:key>/missing/<uuid:decision_key>/", missing.decision, name="decision"),
    path("imports/<uuid:key>/columns/", columns.columns, name="columns"),
    path("imports/<uuid:key>/faulty-rows/", corrected_rows.faulty_rows, name="faulty_rows"),
    path("imports/<uuid:key>/mended/", corrected_rows.upload_corrected_rows, name="mended_rows"),
    path("imports/<uuid:key>/sheet/", imports.choose_sheet, name="choose_sheet"),
    path("imports/<uuid:key>/check/", imports.check_again, name="check_again"),
    path("imports/<uuid:key>/publish/", imports.publish, name="publish"),
    path("imports/<uuid:key>/undo/", imports.undo, name="undo"),
    path("imports/<uuid:key>/discard/", imports.discard, name="discard"),
    path("photos/", photos.photo_batches, name="photo_batches"),
    path("photos/<uuid:key>/", photos.one_photo_batch, name="photo_batch"),
    path("photos/<uuid:key>/sheet/", photos.contact_sheet, name="photo_sheet"),
    path("photos/<uuid:key>/undo/", photos.undo, name="undo_photos"),
    path("photos/<uuid:key>/take/", photos.release, name="take_photos"),
    path("photos/<uuid:key>/again/", photos.again, name="retry_photos"),
    path("photos/<uuid:key>/refused/", photos.refused, name="refused_photos"),
    path("photos/<uuid:key>/discard/", photos.discard, name="discard_photos"),
    path("export/", export_views.export, name="export"),
    path("campaigns/", settings_views.campaigns, name="campaigns"),
    path("campaigns/new/", settings_views.new_campaign, name="new_campaign"),
    path("campaigns/<uuid:key>/", settings_views.campaign, name="campaign"),
    path("campaigns/<uuid:key>/end/", settings_views.end_campaign, name="end_campaign"),
    path("rules/<str:code>/", settings_views.rules, name="rules"),
    path("classes/", class_views.class_list, name="classes"),
    path("classes/assign/", class_views.assign_many, name="assign_many"),
    path("classes/file/", class_views.assign_by_file, name="assign_by_file"),
    path("classes/<int:pk>/", class_views.one_class, name="class"),
    path("classes/<int:pk>/merge/", class_merge_views.merge, name="merge_class"),
    path("classes/<int:pk>/remove/", class_views.remove, name="remove_class"),
    path("classes/<int:pk>/counselors/", class_views.assign, name="assign_counselor"),
    path(
        "classes/<int:pk>/counselors/<uuid:key>/", class_views.withdraw, name="withdraw_counselor"
    ),
    path("people/", staff_views.people, name="people"),
    path("people/<uuid:key>/counselor/", staff_views.dismiss_counselor, name="dismiss_counselor"),
    path("people/<uuid:key>/code/", staff_views.staff_code, name="staff_code"),
    path("people/reviews/<uuid:key>/", review_views.staff_review, name="staff_review"),
    path("people/sessions/", staff_views.end_sessions, name="end_sessions"),
    path("appointments/", staff_views.appointments, name="appointments"),
    path(
        "appointments/<uuid:key>/registrar/<slug:code>/",
        staff_views.dismiss_registrar,
        name="dismiss_registrar",
    ),
    path("appointments/<uuid:key>/auditor/", staff_views.dismiss_auditor, name="dismiss_auditor"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.new_token, name="new_token"),
    path("tokens/<uuid:key>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("records/", records.search, name="search"),
    path("records/<uuid:key>/", records.one_record, name="record"),
    path("records/why/", records.access_reason, name="reason"),
    path("records/<uuid:key>/why/", records.viewing_reason, name="viewing_reason"),
    path("records/<uuid:key>/events/", event_views.new_event, name="new_event"),
    path("records/<uuid:key>/events/<int:pk>/undo/", event_views.undo_event, name="undo_event"),
    path("records/<uuid:key>/number/", records.number, name="number"),
    path("records/<uuid:key>/photos/<slug:kind>/", photo_views.staff_photo, name="photo"),
]
