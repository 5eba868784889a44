"""Addresses that stand in for django-allauth's own; included before them."""

from allauth.account.views import signup
from django.db import transaction
from django.urls import path
from django.views.generic import RedirectView

from accounts.views import phone_signup
from accounts.views.activation import check_your_mail
from accounts.views.sign_out import SignOutView

urlpatterns = [
    # The account, its address and the letter to it: all of them or none.
    path("signup/", transaction.atomic(signup), name="account_signup"),
    path("signup/phone/", phone_signup.register, name="account_signup_phone"),
    path("signup/phone/code/", phone_signup.enter_code, name="account_signup_code"),
    path("signup/phone/again/", phone_signup.resend_code, name="account_signup_again"),
    path("logout/", SignOutView.as_view(), name="account_logout"),
    # Contacts are bound by code on the portal's own page.
    path("email/", RedirectView.as_view(pattern_name="accounts:contacts"), name="account_email"),
    path("confirm-email/", check_your_mail, name="account_email_verification_sent"),
]
