"""Staff prove themselves with a second factor (T11)."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _


class StaffSecondFactorMiddleware:
    """Let staff without a second factor reach only the pages that set one up.

    The sign-in asks for the factor once it exists. ``STAFF_SECOND_FACTOR`` is
    off in development alone, where demo staff sign in with a password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            messages.info(request, _("Staff need a second factor: please set one up first."))
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _must_set_up(request: HttpRequest) -> bool:
        user = request.user
        if not settings.STAFF_SECOND_FACTOR or not user.is_authenticated or user.is_student:
            return False
        open_doors = ("mfa_index", "account_reauthenticate", "account_logout", "set_language")
        if request.path.startswith(tuple(reverse(name) for name in open_doors)):
            return False
        return not is_mfa_enabled(user)
