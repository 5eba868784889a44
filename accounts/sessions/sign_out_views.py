"""Signing out on shared computers."""

from allauth.account.views import LogoutView
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.sessions.last_account import unmark_browser


class SignOutView(LogoutView):
    """django-allauth's sign-out, which also clears the browser's cache and storage (T10)."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        unmark_browser(response)
        # What was told to this person and not read yet is not told at their next sign-in here.
        response.delete_cookie(settings.MESSAGES_COOKIE_NAME)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
