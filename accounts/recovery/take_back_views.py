"""Pages for taking an account back: by the undo link, and from the security page."""

from typing import cast

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.contacts.changes import find_change, recent_changes
from accounts.models import User
from accounts.password_state import PasswordReplacedError
from accounts.recovery import take_back
from accounts.sessions.recent_proof import require_recent_proof


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo_change(request: HttpRequest, key: str) -> HttpResponse:
    """Take the account back by a link; only POST does, so mail scanners change nothing."""
    change = find_change(key)
    done = None
    if request.method == "POST" and change is not None:
        done = take_back.undo_change(change=change)
        change.refresh_from_db()
    context = {"change": change, "done": done}
    return render(request, "accounts/recovery/undo_change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def take_account_back(request: HttpRequest) -> HttpResponse:
    """The recent changes; POST undoes them and ends every session, including this one."""
    account = cast("User", request.user)
    require_recent_proof(request)
    if request.method != "POST":
        context = {"changes": recent_changes(account)}
        return render(request, "accounts/recovery/take_back.html", context)
    try:
        done = take_back.take_back(account=account)
    except PasswordReplacedError:
        return redirect("account_login")
    logout(request)
    return render(request, "accounts/recovery/undo_change.html", {"done": done})
