"""Limits on the size of request bodies: small, and larger for uploads by those allowed to.

Checked against Content-Length before anything is read: Django's own limit does not count files,
and reading a form for its CSRF token already writes them to disk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.limits.rate_limits import try_consume
from accounts.models import User
from accounts.roles import Role
from enrollment.files.evidence import MAX_BYTES, MAX_FILES
from enrollment.imports import forms as imports_forms
from enrollment.institutions import staff_forms
from enrollment.photos import forms as photos_forms
from enrollment.status_reports import forms as status_reports_forms

# Bytes of a form besides its files.
FORM_BYTES = 256 * 2**10
# Bytes of a form that are read to see whether it brings a file; a longer one counts as if.
LOOKED_INTO = 10_000


@dataclass(frozen=True)
class Upload:
    """At most ``most`` bytes of files, from signed-in users, from ``role``, or from everyone."""

    most: int
    role: Role | None = None
    public: bool = False


_EVIDENCE = Upload(MAX_FILES * MAX_BYTES)
_WORKBOOK = Upload(imports_forms.UPLOAD_BYTES, Role.REGISTRAR)
# These views check the token before they read, and answer too large a file in JSON.
_BY_TOKEN = Upload(imports_forms.UPLOAD_BYTES, public=True)
UPLOADS: dict[str, Upload] = {
    "registry:imports": _WORKBOOK,
    "registry:mended_rows": _WORKBOOK,
    "registry:photo_batches": Upload(photos_forms.UPLOAD_BYTES, Role.REGISTRAR),
    "registry:assign_by_file": Upload(staff_forms.UPLOAD_BYTES, Role.REGISTRAR),
    "import_api:receive": _BY_TOKEN,
    "import_api:receive_named": _BY_TOKEN,
    "enrollment:check_report": Upload(status_reports_forms.FILE_LIMIT, public=True),
    "support:report_write": _EVIDENCE,
    "support:report_answer": _EVIDENCE,
    "support:report_wrong": _EVIDENCE,
    "verification:dispute": _EVIDENCE,
    "verification:objection": _EVIDENCE,
}


class BodyLimitMiddleware:
    """Rejects a body that is too large for its address and sender, without reading it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """None if the request may proceed. Raises RequestDataTooBig or Http404."""
        length = announced_length(request)
        if _brings_evidence(request, length) and not try_consume("evidence", _account(request)):
            return render(request, "429.html", status=429)
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        match = request.resolver_match
        upload = UPLOADS.get(match.view_name) if match else None
        if upload is None or not (upload.public or request.user.is_authenticated):
            raise RequestDataTooBig
        if upload.role and upload.role not in _roles(request):
            raise Http404
        if length > upload.most + FORM_BYTES and upload is not _BY_TOKEN:
            raise RequestDataTooBig
        return None


def _brings_evidence(request: HttpRequest, length: int) -> bool:
    match = request.resolver_match
    is_form = match is not None and UPLOADS.get(match.view_name) is _EVIDENCE
    if not is_form or not request.user.is_authenticated:
        return False
    # A picture of a few kilobytes may take as long to draw as the largest.
    return length > LOOKED_INTO or bool(request.FILES)


def _account(request: HttpRequest) -> str:
    return f"account:{request.user.pk}"


def announced_length(request: HttpRequest) -> int:
    """The Content-Length in bytes; Django never reads a body without one."""
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (text.isascii() and text.isdigit()):
        return 0
    return int(text[:19])


def _roles(request: HttpRequest) -> frozenset[Role]:
    return request.user.roles if isinstance(request.user, User) else frozenset()
