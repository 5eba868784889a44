"""The page after signing in again, with what a form had sent in vain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts.sessions.kept_forms import forget, kept


@sensitive_variables()
@require_safe
def send_again(request: HttpRequest) -> HttpResponse:
    """Offer to send the form that the sign-in interrupted."""
    found = kept(request)
    if found is None:
        forget(request)
        return redirect("desk")
    return render(request, "accounts/sessions/send_again.html", {"kept": found})
