"""Addresses of the accounts app."""

from django.urls import path

from accounts.views.security import security

app_name = "accounts"
urlpatterns = [
    path("security/", security, name="security"),
]
