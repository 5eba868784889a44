"""What a form sent after the session had ended, kept until its sender has signed in again.

It waits in the browser's new session, which is sealed, for a quarter of an hour, and is offered
to the account whose session had ended. From a browser in which nobody had signed in nothing is
kept: nobody was shown a form there, and whoever signs in next must not send what they have not
written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from accounts.limits import rate_limits
from accounts.models import User
from accounts.sessions.clock import session_now
from accounts.sessions.last_account import last_account_of, mark_browser

_KEY = "kept_form"
_ENDED = "portal.ended_session"  # in request.META: whose session this request has ended
KEPT_SECONDS = 900
MAX_CHARACTERS = 20_000
# Never kept: what proves something, and what is new on each page.
_SECRETS = ("password", "csrfmiddlewaretoken", "captcha")


@dataclass(frozen=True)
class KeptForm:
    """Where a form was sent, from which page, and its fields; files are not kept."""

    action: str
    page: str
    fields: list[tuple[str, str]]
    had_files: bool

    @property
    def texts(self) -> list[str]:
        """What was written in sentences, to be read and copied."""
        return [value for _, value in self.fields if len(value) > 20]


def note_owner(request: HttpRequest, account: User) -> None:
    """Remember that ``request`` came in a session of ``account`` that had just ended."""
    request.META[_ENDED] = account


def keep(request: HttpRequest) -> bool:
    """Keep the fields that ``request`` has sent; False when there is nothing to keep.

    They are offered to the person signed in; without one to whose session has just ended.
    What another site has sent is not kept: the person would send it with a token of this one.
    How many are kept for an account in an hour is limited: each may begin a session.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in _SECRETS)
        for value in values
    ]
    size = sum(len(name) + len(str(value)) for name, value in fields)
    is_kept = "csrfmiddlewaretoken" in request.POST and size <= MAX_CHARACTERS
    owner = _owner_of(request) if is_kept and not _is_forged(request) else None
    if owner is None or not rate_limits.try_consume("keep_form", f"account:{owner.pk}"):
        return False
    request.session[_KEY] = {
        "action": request.get_full_path(),
        "page": _page_of(request),
        "fields": fields,
        "files": bool(request.FILES),
        "owner": owner.pk,
        "at": session_now(request),
    }
    return True


def kept(request: HttpRequest) -> KeptForm | None:
    """What this browser sent in vain, if the person signed in may have it."""
    found: dict[str, Any] | None = request.session.get(_KEY)
    if found is None or session_now(request) - found["at"] > KEPT_SECONDS:
        return None
    if found["owner"] != request.user.pk:
        return None
    fields = [(name, value) for name, value in found["fields"]]
    return KeptForm(found["action"], found["page"], fields, found["files"])


def forget(request: HttpRequest) -> None:
    """The form is too old, or another person's."""
    request.session.pop(_KEY, None)


def _owner_of(request: HttpRequest) -> User | None:
    """Who may have written the form: the person signed in, or who was until just now."""
    if isinstance(request.user, User):
        return request.user
    return request.META.get(_ENDED) or last_account_of(request)


def _page_of(request: HttpRequest) -> str:
    """The page of this site that the form stood on; the home page when that is not known."""
    referer = request.headers.get("referer", "")
    hosts, secure = {request.get_host()}, request.is_secure()
    if not url_has_allowed_host_and_scheme(referer, hosts, require_https=secure):
        return "/"
    found = urlsplit(referer)
    return escape_leading_slashes(found.path) + (f"?{found.query}" if found.query else "")


def _is_forged(request: HttpRequest) -> bool:
    """Whether Django's check of the form's token fails; middleware may ask before Django does."""
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, which keeps what a form sent until its sender has signed in."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Mark the browser of who has just signed in."""
        mark_browser(request, response)
        return response

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Lead to the sign-in, and from there to the form again, never to a bare address."""
        if request.method == "POST" and keep(request):
            login_url = self.get_login_url(view_func)
            return redirect_to_login(reverse("accounts:send_again"), login_url)
        return super().handle_no_permission(request, view_func)
