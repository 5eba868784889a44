"""The page that deletes one's own account, and keeps it after all."""

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
    """Say what goes and what stays; POST begins the cooling period, after the password."""
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
    """Keep the account: one click, no password."""
    if services.cancel_deletion(account=cast("User", request.user)):
        messages.success(request, _("Your account stays. Nothing was deleted."))
    return redirect("accounts:security")
