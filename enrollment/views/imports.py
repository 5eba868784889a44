"""The registrar's import: upload, columns, check, publish, undo."""

import logging
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from celery import Task
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from enrollment import batches, tasks, uploads
from enrollment.importing.columns import BY_NAME, find_header, read_header
from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.report import Result
from enrollment.importing.undo import UndoBlockedError
from enrollment.models import BatchState, ImportBatch
from enrollment.queries import batches_visible_to, institutions_of
from enrollment.registry_forms import ColumnsForm, UploadForm
from enrollment.views.access import registrar

logger = logging.getLogger(__name__)
PER_PAGE = 20
SAMPLES = 3
RUNNING = {BatchState.UPLOADED, BatchState.REHEARSING, BatchState.PUBLISHING}


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """All imports of my institutions, and the place to drop the next file."""
    user = registrar(request)
    institutions = institutions_of(user)
    form = UploadForm(request.POST or None, request.FILES or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        batch = batches.upload_batch(
            institution=form.cleaned_data["institution"],
            file_name=file.name,
            source=file,
            created_by=user,
        )
        _ring(tasks.rehearse_upload, batch)
        return redirect("registry:import", batch.key)
    page = Paginator(batches_visible_to(user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "enrollment/imports/list.html", {"form": form, "page": page})


@require_safe
def one_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """One import in whatever state it is: progress, result, receipt."""
    batch = _batch(request, key)
    result = Result.from_json(batch.result) if batch.result else None
    context = {
        "batch": batch,
        "state": BatchState(batch.state),
        "running": batch.state in RUNNING,
        "result": result,
        "failure": FileFault(batch.failure).label if batch.failure else "",
        "needs_columns": batch.failure in {FileFault.NO_HEADER, FileFault.MISSING_COLUMNS},
        "fields": _field_rows(result),
        "four_eyes": batch.institution.second_approver and batch.created_by == request.user,
        "progress": {"value": batch.rows_done, "max": batch.rows_expected or 1},
    }
    return render(request, "enrollment/imports/one.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what the unrecognised columns are; the institution remembers it."""
    batch = _batch(request, key)
    head = uploads.head_of(batch) if batch.state == BatchState.FAILED else []
    header = find_header(head, batch.institution.column_titles)
    if header is None and head:
        header = read_header(1, head[0], batch.institution.column_titles)
    if header is None:
        raise Http404
    places = [at for at, title in enumerate(header.titles) if title in header.unknown]
    form = ColumnsForm(
        request.POST or None,
        titles=[header.titles[at] for at in places],
        samples=[_samples(head[header.row_number :], at) for at in places],
    )
    if request.method == "POST" and form.is_valid():
        batches.name_columns(batch=batch, titles=form.named())
        _ring(tasks.rehearse_upload, batch)
        return redirect("registry:import", batch.key)
    missing = [BY_NAME[name].label for name in header.missing]
    context = {"batch": batch, "form": form, "missing": missing}
    return render(request, "enrollment/imports/columns.html", context)


@require_safe
def faulty_rows(request: HttpRequest, key: UUID) -> FileResponse:
    """The rows to mend, in the registrar's own columns, with the reasons."""
    batch = _batch(request, key)
    try:
        file = uploads.open_faulty_rows(batch)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, as_attachment=True, filename=_("Rows to mend.xlsx"))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def publish(request: HttpRequest, key: UUID) -> HttpResponse:
    """Look once more at what will change, then publish it."""
    batch = _batch(request, key)
    if batch.state != BatchState.REHEARSED:
        return redirect("registry:import", batch.key)
    if request.method == "POST":
        try:
            batches.release_batch(batch=batch, by=registrar(request))
        except batches.SamePersonError:
            messages.error(request, _("Another registrar must publish this file."))
        except batches.WrongStateError:
            messages.error(request, _("Somebody else has just acted on this import."))
        else:
            _ring(tasks.publish_upload, batch)
        return redirect("registry:import", batch.key)
    result = Result.from_json(batch.result)
    context = {"batch": batch, "result": result, "fields": _field_rows(result)}
    return render(request, "enrollment/imports/publish.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a publication back."""
    batch = _batch(request, key)
    if batch.state != BatchState.PUBLISHED:
        return redirect("registry:import", batch.key)
    if request.method == "POST":
        try:
            batches.undo_batch(batch=batch, by=registrar(request))
        except UndoBlockedError as error:
            obstacle = error.obstacle
            context = {"batch": batch, "obstacle": obstacle}
            return render(request, "enrollment/imports/undo.html", context, status=409)
        except FileFaultError as error:
            messages.error(request, error.message)
        except batches.WrongStateError:
            messages.error(request, _("Somebody else has just acted on this import."))
        else:
            messages.success(request, _("The publication was undone."))
        return redirect("registry:import", batch.key)
    return render(request, "enrollment/imports/undo.html", {"batch": batch})


@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Forget a file that was not published."""
    batch = _batch(request, key)
    try:
        batches.discard_batch(batch=batch)
    except batches.WrongStateError:
        messages.error(request, _("Somebody else has just acted on this import."))
        return redirect("registry:import", batch.key)
    messages.success(request, _("The file was discarded. The registry is as it was."))
    return redirect("registry:imports")


def _batch(request: HttpRequest, key: UUID) -> ImportBatch:
    return get_object_or_404(batches_visible_to(registrar(request)), key=key)


def _field_rows(result: Result | None) -> list[tuple[object, int, bool]]:
    """Label, number of records and whether the province must agree, for each changed field."""
    if result is None:
        return []
    return [
        (BY_NAME[name].label, count, name in result.locked) for name, count in result.fields.items()
    ]


def _samples(rows: list[list[str]], at: int) -> list[str]:
    found = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
    return found[:SAMPLES]


def _ring(task: "Task[[int], None]", batch: ImportBatch) -> None:
    """Ring the worker; with the broker down the sweep finds the batch."""
    try:
        task.apply_async((batch.pk,), retry=False)
    except OperationalError:
        logger.warning("broker unreachable; batch %s waits for the sweep", batch.pk)
