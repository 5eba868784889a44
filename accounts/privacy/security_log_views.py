"""The page of the security log."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.security_log import log_of

PAGE_SIZE = 20


@require_safe
def security_log(request: HttpRequest) -> HttpResponse:
    """Sign-ins and changes of the account, with time, device and network."""
    lines = log_of(cast("User", request.user))
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/privacy/security_log.html", {"page": page})
