"""Signing out on shared computers."""

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse

from accounts.sessions.last_account import unmark_browser


class SignOutView(LogoutView):
    """django-allauth's sign-out, which also clears the browser's cache and storage (T10)."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        unmark_browser(response)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
