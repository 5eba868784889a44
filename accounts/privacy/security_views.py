"""The account's security page."""

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.contacts.services import bound_contact
from accounts.models import User
from accounts.recovery.security_questions import questions_of
from accounts.sessions.services import sessions_of
from delivery.models import Channel


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Contacts, password, second factor and sessions: their state, with links."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - signed in, by the middleware
    return render(
        request,
        "accounts/privacy/security.html",
        {
            "phone": bound_contact(account=user, channel=Channel.SMS),
            "mailbox": bound_contact(account=user, channel=Channel.EMAIL),
            "has_second_factor": is_mfa_enabled(user),
            "has_questions": bool(questions_of(user)),
            "session_count": len(sessions_of(user)),
        },
    )
