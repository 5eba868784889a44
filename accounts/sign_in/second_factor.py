"""The second factor of staff, required in each session (T11, T24)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.sessions.kept_forms import keep
from accounts.sign_in import admission

OPEN = (
    "account_reauthenticate",
    "account_logout",
    "set_language",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "accounts:enter_staff_code",
    # Pages load these by themselves; they hold nothing of anybody.
    "service_worker",
    "offline",
)
SET_UP = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn")


class StaffSecondFactorMiddleware:
    """Admits staff only in a session that has used their second factor.

    It is not enough that the account has one: a session started with a stolen password must not
    gain staff rights because the person sets up a factor elsewhere, or is appointed later.
    ``STAFF_SECOND_FACTOR`` is off only in development, where demo staff sign in with a password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_barred(request):
            return self.get_response(request)
        if admission.is_admitted(request.user):  # type: ignore[arg-type]
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode(_way_on(request))}")
        messages.info(request, _("Staff need a second factor. Set one up first."))
        return redirect("accounts:enter_staff_code")

    @staticmethod
    def _is_barred(request: HttpRequest) -> bool:
        user = request.user
        if not settings.STAFF_SECOND_FACTOR or not user.is_authenticated or user.is_student:
            return False
        names = OPEN + SET_UP if admission.may_set_up(request) else OPEN
        if request.path in map(reverse, names):
            return False
        return not admission.gave_factor(request, user)


def _way_on(request: HttpRequest) -> dict[str, str]:
    """Where the person goes on: to the page, or to what they sent, which is kept meanwhile."""
    if request.method == "GET":
        return {"next": request.get_full_path()}
    if request.method == "POST" and keep(request):
        return {"next": reverse("accounts:send_again")}
    return {}
