"""URLs of sign-up, sign-in and recovery: the portal's own pages and django-allauth's."""

from allauth.account import views as allauth_views
from django.db import transaction
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.recovery import staff_assisted_views, username_views
from accounts.sessions.sign_out_views import SignOutView
from accounts.sign_in import by_code_views
from accounts.sign_in.passkey_views import AddPasskeyView
from accounts.sign_up import by_phone_views
from accounts.sign_up.activation_views import activate, check_your_mail

_sign_in, _reset = {"flow": by_code_views.SIGN_IN}, {"flow": by_code_views.RESET}

urlpatterns = [
    # Atomic: the account, its address and the e-mail to it are created together.
    path("signup/", transaction.atomic(allauth_views.signup), name="account_signup"),
    path("signup/phone/", by_phone_views.register, name="account_signup_phone"),
    path("signup/phone/code/", by_phone_views.enter_code, name="account_signup_code"),
    path("signup/phone/again/", by_phone_views.resend_code, name="account_signup_again"),
    path("confirm-email/", check_your_mail, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        activate,
        name="account_confirm_email",
    ),
    path("login/", allauth_views.login, name="account_login"),
    path("login/code/", by_code_views.request_code, _sign_in, name="account_code"),
    path("login/code/enter/", by_code_views.verify_code, _sign_in, name="account_code_enter"),
    path("login/code/again/", by_code_views.resend_code, _sign_in, name="account_code_again"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("logout/", SignOutView.as_view(), name="account_logout"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    # An account without a password chooses one in the same way as a forgotten one.
    path(
        "password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("password/reset/", by_code_views.request_code, _reset, name="account_reset_password"),
    path(
        "password/reset/code/",
        by_code_views.verify_code,
        _reset,
        name="account_reset_password_enter",
    ),
    path(
        "password/reset/again/",
        by_code_views.resend_code,
        _reset,
        name="account_reset_password_again",
    ),
    path("password/reset/new/", by_code_views.choose_password, name="account_reset_password_new"),
    path("lost/", staff_assisted_views.lost, name="account_lost"),
    path("rescue/", staff_assisted_views.ask, name="account_rescue"),
    path("rescue/code/", staff_assisted_views.enter, name="account_rescue_enter"),
    path("rescue/again/", staff_assisted_views.again, name="account_rescue_again"),
    path("rescue/state/", staff_assisted_views.state, name="account_rescue_state"),
    path("password/reset/question/", by_code_views.answer, name="account_reset_password_question"),
    path("username/", username_views.find_username, name="account_find_username"),
    path("username/sent/", username_views.hints_sent, name="account_find_username_sent"),
    # The portal's own page binds contacts by code.
    path("email/", RedirectView.as_view(pattern_name="accounts:contacts"), name="account_email"),
    path("2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
]
