"""Pages that belong to no app: home, health check, errors."""

import logging
import sys
from contextlib import suppress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.models import User
from accounts.notices.services import notices_of, text_of
from accounts.onboarding import landing_of
from database.unavailable import is_database_away
from enrollment.status_page.cards import cards_of
from enrollment.status_page.status_line import with_lines
from support.models import LIVE_STATES
from support.reports.queries import reports_of
from verification.queries import has_open_dispute, is_unmatched
from xuejiportal.body_limits import announced_length
from xuejiportal.logs.request_id import request_id
from xuejiportal.monitoring.errors import count_error

logger = logging.getLogger(__name__)
# Seconds after which a browser may ask again while the database does not answer.
RETRY_AFTER = 30
# Unread notices that the front page shows; the others are on the page of notices.
MAX_NOTICES = 3
# Fields of forms that hold a text of several lines, never a password or a number.
LONG_TEXTS = ("words", "reason", "body")
# Open reports shown there, with whose turn it is.
MAX_REPORTS = 3


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page, with the one entry 学籍查询 (guide row 3).

    To a student who is signed in, what waits for them.
    """
    account = request.user
    if not isinstance(account, User) or not account.is_student:
        return render(request, "home.html")
    unread = notices_of(account).filter(read_at=None)[:MAX_NOTICES]
    cards = with_lines(cards_of(account))
    context = {
        "cards": cards,
        "reports": reports_of(account).filter(state__in=LIVE_STATES)[:MAX_REPORTS],
        "has_dispute": has_open_dispute(account),
        "was_not_matched": not cards and is_unmatched(account),
        "notices": [(notice, *text_of(notice)) for notice in unread],
    }
    return render(request, "home/mine.html", context)


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """Redirect to the next open step, else to the record or the home page of the role."""
    return redirect(landing_of(signed_in(request)))


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that the service worker shows without a network."""
    return render(request, "offline.html")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that caches the offline page, at the root so that its scope is every page."""
    response = render(request, "service_worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask by the old address, such as from a downloaded file, to the icon."""
    return redirect(static("img/icon.svg"))


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token: usually cookies are off or have expired."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an unreadable request (400) or one that is too large (413).

    Rendered without the request, which may lack a session or have an invalid address.
    """
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for 404. After a button of a page that was left open it returns what was written.

    A role may have ended meanwhile, or the thing may have been settled by someone else.
    """
    is_act = request.method == "POST" and request.resolver_match is not None
    if not is_act or not isinstance(request.user, User):
        return render(request, "404.html", status=404)
    return render(request, "errors/no_longer.html", {"written": _written(request)}, status=404)


def _written(request: HttpRequest) -> list[str]:
    """The long texts of a form; none of a body that cannot be read, or is too large to be."""
    if announced_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return []
    with suppress(SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return [text for name in LONG_TEXTS if (text := request.POST.get(name, "").strip())]
    return []


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of an unexpected error; 503 while the database does not answer.

    Rendered without the request: session and database may be what is broken.
    """
    count_error()
    if is_database_away(sys.exc_info()[1]):
        answer = HttpResponse(_rendered("errors/database_away.html"), status=503)
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer
    return HttpResponse(_rendered("500.html"), status=500)


def _rendered(template: str) -> str:
    """The page, or a bare one where its style sheets are missing."""
    try:
        return render_to_string(template, {"request_id": request_id()})
    except Exception:
        logger.exception("%s cannot be rendered", template)
        return render_to_string("errors/bare.html", {"request_id": request_id()})
