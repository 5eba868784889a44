"""Leaving, so that nothing stays behind on a shared computer."""

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse


class SignOutView(LogoutView):
    """django-allauth's sign-out, which also tells the browser to forget (T10)."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
