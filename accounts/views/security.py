"""What keeps an account safe, on one page."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Mailboxes, password, second factor and sessions: how each stands, and the way to it."""
    user = request.user
    return render(
        request,
        "account/security.html",
        {
            "addresses": user.emailaddress_set.order_by("-primary", "email"),  # type: ignore[union-attr]
            "has_second_factor": is_mfa_enabled(user),
            "session_count": len(UserSession.objects.purge_and_list(user)),
        },
    )
