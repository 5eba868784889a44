"""The page of one's own sessions."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.sessions.recent_proof import require_recent_proof
from accounts.sessions.services import end_session, end_sessions, handle_of_request, sessions_of


@require_http_methods(["GET", "HEAD", "POST"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    """The account's sessions; POST ends one or all others, after re-authentication."""
    account = cast("User", request.user)
    here = handle_of_request(request)
    if request.method == "POST":
        require_recent_proof(request)
        one = request.POST.get("session", "")
        if one and one != here:
            end_session(account=account, handle=one)
            messages.success(request, _("Signed out of that device."))
        elif not one:
            end_sessions(account=account, keep=here)
            messages.success(request, _("Signed out of all other devices."))
        return redirect("accounts:sessions")
    context = {"sessions": sessions_of(account), "here": here}
    return render(request, "accounts/sessions/list.html", context)
