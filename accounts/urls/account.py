"""URLs of the signed-in user's account pages."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from accounts.consent import views as consent
from accounts.contacts import views as contacts
from accounts.contacts.yearly_check_views import check_contacts
from accounts.deletion import views as deletion
from accounts.limits import views as limits
from accounts.models import Purpose
from accounts.notices import views as notices
from accounts.privacy.data_export_views import my_data
from accounts.privacy.security_log_views import security_log
from accounts.privacy.security_views import security
from accounts.privacy.staff_name import staff_name
from accounts.recovery import security_question_views, staff_assisted_views, take_back_views
from accounts.recovery.username_views import choose_username
from accounts.sessions.kept_form_views import send_again
from accounts.sessions.views import my_sessions
from accounts.sign_in.admission_views import enter_staff_code
from accounts.urls import converters  # noqa: F401 - registers short_uuid
from delivery.models import Channel


class ChannelConverter(StringConverter):
    """``phone`` and ``email`` in paths."""

    regex = "phone|email"

    def to_python(self, value: str) -> Channel:
        return Channel.SMS if value == "phone" else Channel.EMAIL

    def to_url(self, value: str) -> str:
        return "phone" if value == Channel.SMS else "email"


register_converter(ChannelConverter, "channel")

app_name = "accounts"
urlpatterns = [
    path("security/", security, name="security"),
    path("security/log/", security_log, name="security_log"),
    path("security/sessions/", my_sessions, name="sessions"),
    path("security/send-again/", send_again, name="send_again"),
    path("security/staff/", enter_staff_code, name="enter_staff_code"),
    path("security/my-data/", my_data, name="my_data"),
    path("security/consents/", consent.consents, name="consents"),
    path("consent/", consent.agree, {"purpose": Purpose.ACCOUNT}, name="consent"),
    path(
        "consent/identity/", consent.agree, {"purpose": Purpose.IDENTITY}, name="identity_consent"
    ),
    path("security/delete/", deletion.delete_account, name="delete_account"),
    path("security/delete/cancel/", deletion.cancel, name="cancel_deletion"),
    path("security/take-back/", take_back_views.take_account_back, name="take_back"),
    path("notices/", notices.mine, name="notices"),
    path("notices/read/", notices.read, name="notices_read"),
    path("notices/choices/", notices.choices, name="notice_choices"),
    path("notices/<uuid:key>/", notices.follow, name="notice"),
    path("staff-name/", staff_name, name="staff_name"),
    path("security/username/", choose_username, name="username"),
    path("security/questions/", security_question_views.choose, name="questions"),
    path("security/questions/remove/", security_question_views.remove, name="remove_questions"),
    path("blocks/", limits.listed, name="blocks"),
    path("blocks/<uuid:key>/", limits.lift, name="lift_block"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/check/", check_contacts, name="check_contacts"),
    path("contacts/stop/<short_uuid:key>/", staff_assisted_views.stop, name="stop_rescue"),
    path("contacts/undo/<short_uuid:key>/", take_back_views.undo_change, name="undo_change"),
    path("contacts/<channel:channel>/", contacts.ask_for_code, name="ask_for_code"),
    path("contacts/<channel:channel>/code/", contacts.enter_code, name="enter_code"),
    path("contacts/<channel:channel>/again/", contacts.resend_code, name="resend_code"),
]
