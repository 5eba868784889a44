"""Addresses that stand in for django-allauth's own; included before them."""

from django.urls import path

from accounts.views.activation import check_your_mail
from accounts.views.sign_out import SignOutView

urlpatterns = [
    path("logout/", SignOutView.as_view(), name="account_logout"),
    path("confirm-email/", check_your_mail, name="account_email_verification_sent"),
]
