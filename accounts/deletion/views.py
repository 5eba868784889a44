"""Pages for requesting and cancelling the deletion of one's account."""

from typing import cast

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.deletion import services
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """The page of what deletion removes and keeps; POST starts the waiting days."""
    account = cast("User", request.user)
    may_ask = account.is_student and account.deletion_due_at is None
    if may_ask and is_reauthentication_required(request, app="account"):
        raise ReauthenticationRequired
    if request.method == "POST" and may_ask:
        services.ask_for_deletion(account=account)
        return redirect("accounts:delete_account")
    return render(request, "accounts/privacy/delete_account.html", {"days": settings.DELETION_DAYS})


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the deletion; no password is needed."""
    if services.cancel_deletion(account=cast("User", request.user)):
        messages.success(request, _("Your account is kept. Nothing was deleted."))
    return redirect("accounts:security")
