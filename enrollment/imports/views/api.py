"""The import API: token, file, JSON result (docs/imports.md)."""

import math
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.limits.rate_limits import consume
from accounts.limits.uses import LimitReachedError
from accounts.requests.client_ip import client_address
from database.clock import database_now
from enrollment.files.faults import FileFaultError
from enrollment.imports import consent
from enrollment.imports import services as imports
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.columns.named import parse_named_columns
from enrollment.imports.forms import UPLOAD_BYTES, FileForm
from enrollment.imports.results.json_report import batch_report
from enrollment.imports.results.report import Result
from enrollment.imports.tokens.services import find_token, may_publish
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import BatchState, ImportBatch, ImportToken, SamePersonError, WrongStateError
from enrollment.records.corrections.approvals import Approval, read_approval

_BLOCK = 2**20
# Size of a multipart body beyond the file.
_WRAPPING = 64 * 2**10
_YES = frozenset({"1", "true", "yes"})

View = Callable[..., JsonResponse]


@dataclass
class RefusedError(Exception):
    """A refused request: HTTP status, a code for scripts, a text for people."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


def for_token(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Decorate a view for bearers of an import token: no session, no CSRF, JSON responses."""

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def answer(request: HttpRequest, **address: object) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    allowed = {"Allow": ", ".join(methods)}
                    message = _("This address does not accept this method.")
                    raise RefusedError(405, "method", message, allowed)
                response = view(request, _token_of(request), **address)
            except RefusedError as refused:
                content = {"error": refused.code, "message": refused.message}
                response = _json(content, refused.status, refused.headers)
            add_never_cache_headers(response)
            return response

        return answer

    return decorate


@for_token("POST", "PUT")
def receive(request: HttpRequest, token: ImportToken) -> JsonResponse:
    """Upload a file by a form (``multipart/form-data``, field ``file``)."""
    if request.method == "PUT":
        message = _("Put the file's name at the end of the address, such as …/imports/a.xlsx.")
        raise RefusedError(400, "name", message)
    if request.content_type != "multipart/form-data":
        message = _("Send the file as multipart/form-data in the field “file”, or with PUT.")
        raise RefusedError(415, "media_type", message)
    _refuse_length(request, UPLOAD_BYTES + _WRAPPING)
    try:
        file = request.FILES.get("file")
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        message = _("The request was cut off or is malformed. Send it again.")
        raise RefusedError(400, "malformed", message) from error
    return _accept(request, token, file)


@for_token("PUT")
def receive_named(request: HttpRequest, token: ImportToken, name: str) -> JsonResponse:
    """Upload a file as the request body."""
    _refuse_length(request, UPLOAD_BYTES)
    with tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as spool:
        try:
            while block := request.read(_BLOCK):
                spool.write(block)
        except UnreadablePostError as error:
            message = _("The request was cut off or is malformed. Send it again.")
            raise RefusedError(400, "malformed", message) from error
        size = spool.tell()
        spool.seek(0)
        shown = "".join(character for character in name if character.isprintable())
        return _accept(request, token, UploadedFile(spool, shown, size=size))


@for_token("GET", "HEAD")
def state(request: HttpRequest, token: ImportToken, key: UUID) -> JsonResponse:
    """Return the state of an import with its result."""
    _count("import_status", token)
    return _report(_batch(token, key), token, 200)


@for_token("POST")
def publish(request: HttpRequest, token: ImportToken, key: UUID) -> JsonResponse:
    """Publish a file that was checked without faults."""
    _count("import_status", token)
    batch = _batch(token, key)
    _refuse_unless_may_publish(token)
    if batch.state == BatchState.REHEARSED and Result.from_json(batch.result).errors:
        message = _("Some rows are faulty. Only a person in the portal can publish such a file.")
        raise RefusedError(409, "faulty", message)
    accepted = request.GET.get("accept_cleared", "").lower() in _YES
    try:
        imports.release_batch(
            batch=batch,
            by=token.created_by,
            accept_cleared=accepted,
            accept_new_holders=_accepted_people(request),
            approval=_approval(request),
        )
    except consent.ClearedError as error:
        way_on = _("To accept this, publish with ?accept_cleared=1.")
        raise RefusedError(409, "cleared", f"{error.message} {way_on}") from error
    except SamePersonError as error:
        message = _("Another registrar must publish this file.")
        raise RefusedError(409, "second_person", message) from error
    except consent.OtherPersonError as error:
        message = _(
            "Records linked to students' accounts would go to other people "
            "(result.other_person). Review each of them, then publish with "
            "accept_new_holders=<their number> and the province's approval=<number of the "
            "document>&approved_on=<date>."
        )
        raise RefusedError(409, "other_person", message) from error
    except WrongStateError as error:
        message = _("The file is not waiting for its publication.")
        raise RefusedError(409, "state", message) from error
    enqueue_upload(imports_tasks.publish_upload, batch)
    return _report(batch, token, 202)


def _accepted_people(request: HttpRequest) -> int:
    """The number of held records that the caller accepts to change hands; default 0."""
    stated = request.GET.get("accept_new_holders", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 0


def _approval(request: HttpRequest) -> Approval | None:
    """The province's document that the caller names; locked fields are left out without it."""
    document, on = request.GET.get("approval", ""), request.GET.get("approved_on", "")
    if not document and not on:
        return None
    try:
        return read_approval(document, on)
    except ValueError as error:
        message = _("Name both: approval=<number of the document>&approved_on=YYYY-MM-DD.")
        raise RefusedError(422, "approval", message) from error


def _accept(request: HttpRequest, token: ImportToken, file: UploadedFile | None) -> JsonResponse:
    _count("import_file", token)
    _spend("school_upload", f"institution:{token.institution_id}")
    form = FileForm({}, MultiValueDict({"file": [file]} if file else {}))
    if not form.is_valid():
        message = " ".join(str(text) for texts in form.errors.values() for text in texts)
        raise RefusedError(422, "file", message)
    if "approval" in request.GET or "approved_on" in request.GET:
        message = _("An approval belongs to the publication: name it in POST …/publish/.")
        raise RefusedError(422, "approval", message)
    wanted = request.GET.get("publish", "").lower() in _YES
    if wanted:
        _refuse_unless_may_publish(token)
    taken = form.cleaned_data["file"]
    try:
        batch = imports.upload_batch(
            institution=token.institution,
            file_name=taken.name,
            source=taken,
            created_by=token.created_by,
            token=token,
            publish_if_faultless=wanted,
            sheet=request.GET.get("sheet", "")[:255],
            column_names=_column_names(request),
        )
    except FileFaultError as error:
        raise RefusedError(507, error.fault.value, error.message) from error
    _supersede(token, batch)
    enqueue_upload(imports_tasks.rehearse_upload, batch)
    return _report(batch, token, 202)


def _column_names(request: HttpRequest) -> dict[str, str]:
    try:
        return parse_named_columns(request.GET.get("columns", "")[:5000])
    except FileFaultError as error:
        raise RefusedError(422, "columns", error.message) from error


def _supersede(token: ImportToken, batch: ImportBatch) -> None:
    """Discard the token's earlier unpublished file in favour of the new one."""
    waiting = {BatchState.REHEARSED, BatchState.FAILED}
    for earlier in token.batches.filter(state__in=waiting).exclude(pk=batch.pk):
        with suppress(WrongStateError):
            imports.discard_batch(batch=earlier)


def _token_of(request: HttpRequest) -> ImportToken:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_token(secret.strip()) if scheme.lower() == "bearer" and secret else None
    if token is None:
        if secret:
            _spend("import_refused", client_address(request))
        message = _("A valid import token is needed: Authorization: Bearer …")
        raise RefusedError(401, "token", message, {"WWW-Authenticate": "Bearer"})
    return token


def _batch(token: ImportToken, key: UUID) -> ImportBatch:
    batch = token.batches.select_related("institution", "mends").filter(key=key).first()
    if batch is None:
        raise RefusedError(404, "unknown", _("This token has submitted no such import."))
    return batch


def _refuse_unless_may_publish(token: ImportToken) -> None:
    if not may_publish(token):
        message = _("This token can check files but not publish them.")
        raise RefusedError(403, "check_only", message)


def _refuse_length(request: HttpRequest, most: int) -> None:
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(411, "length", _("Say how long the body is (Content-Length)."))
    if len(length) > 15 or int(length) > most:
        message = _("The file is larger than 200 MB. Split it and try again.")
        raise RefusedError(413, "too_large", message)


def _count(action: str, token: ImportToken) -> None:
    _spend(action, f"token:{token.key}")


def _spend(action: str, subject: str) -> None:
    try:
        with transaction.atomic():
            consume(action, subject)
    except LimitReachedError as error:
        seconds = max(1, math.ceil((error.retry_at - database_now()).total_seconds()))
        message = _("Too many requests. Try again in %(seconds)s seconds.") % {"seconds": seconds}
        headers = {"Retry-After": str(seconds)}
        raise RefusedError(429, "too_often", message, headers) from error


def _report(batch: ImportBatch, token: ImportToken, status: int) -> JsonResponse:
    address = reverse("import_api:state", args=[batch.key])
    waits = batch.needs_second_person(token.created_by)
    content = batch_report(batch) | {"address": address, "second_person_publishes": waits}
    return _json(content, status, {"Location": address} if status == 202 else {})


def _json(content: Mapping[str, object], status: int, headers: dict[str, str]) -> JsonResponse:
    return JsonResponse(
        dict(content), status=status, headers=headers, json_dumps_params={"ensure_ascii": False}
    )
