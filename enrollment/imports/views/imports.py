"""Pages to upload, check, publish, undo and discard an import."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.roles import Role
from enrollment.fields.catalogue import BY_NAME
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.imports import consent, estimate, pipeline, reading_right
from enrollment.imports import services as imports_services
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.forms import PublishForm, UploadForm
from enrollment.imports.missing import services as missing
from enrollment.imports.reading_right import OthersFileError, may_say_how_read
from enrollment.imports.results.problem_groups import grouped
from enrollment.imports.results.reading_report import statements
from enrollment.imports.results.report import Result
from enrollment.imports.retention import discarded_at
from enrollment.imports.staging.other_person import gives_too_many
from enrollment.imports.staging.tables import staging_name
from enrollment.imports.staging.undo import UndoBlockedError, UndoExpiredError, is_recent
from enrollment.imports.views.access import tell_of_others_file, visible_batch
from enrollment.jobs.upload_views import ACTED_ON, list_page, try_act
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import BatchState, ImportBatch, SamePersonError, WrongStateError
from enrollment.queries import batches_visible_to, institutions_of

CHANGED_SINCE = gettext_lazy(
    "The file was read again, or a decision was added, after you had opened this page. "
    "Look at it again."
)


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports of the registrar's institutions; POST uploads a file."""
    user = require_role(request, Role.REGISTRAR)

    def store(data: Mapping[str, Any]) -> ImportBatch:
        batch = imports_services.upload_batch(
            institution=data["institution"],
            file_name=data["file"].name,
            source=data["file"],
            created_by=user,
        )
        enqueue_upload(imports_tasks.rehearse_upload, batch)
        return batch

    return list_page(
        request,
        form=UploadForm(request.POST or None, request.FILES or None, schools=institutions_of(user)),
        uploads=batches_visible_to(user),
        store=store,
        page="registry:import",
        template="enrollment/imports/list.html",
    )


@require_safe
def one_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one import: its progress, result or receipt."""
    batch = visible_batch(request, key)
    result = Result.from_json(batch.result) if batch.result else None
    failed = batch.state == BatchState.FAILED
    context = {
        "batch": batch,
        "running": batch.state in estimate.RUNNING,
        "can_undo": batch.state == BatchState.PUBLISHED and is_recent(batch),
        "discarded_at": discarded_at(batch),
        "progress": estimate.progress_of(batch),
        "result": result,
        "failure": FileFaultError(FileFault(batch.failure), batch.failure_detail).message
        if failed
        else "",
        "can_name_columns": failed and pipeline.header_to_name(batch)[0] is not None,
        "can_check_again": failed and batch.failure in pipeline.PASSING,
        "fields": _field_rows(result),
        "left_out": _left_out(result),
        "groups": grouped(result.problems) if result else [],
        "statements": statements(result) if result else [],
        "may_say_how_read": may_say_how_read(batch=batch, by=require_role(request, Role.REGISTRAR)),
        "needs_second_person": batch.needs_second_person(require_role(request, Role.REGISTRAR)),
        "publishable": result is not None
        and bool(result.new or result.changed or missing.waiting(batch).exists()),
        "too_many_today": _is_too_many_today(batch, result),
        "continued_by": batch.mended_by.exclude(state=BatchState.DISCARDED).first(),
    }
    return render(request, "enrollment/imports/one.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def publish(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what will change; POST releases the import for publication."""
    batch = visible_batch(request, key)
    if batch.state != BatchState.REHEARSED:
        return redirect("registry:import", batch.key)
    result = Result.from_json(batch.result)
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        result=result,
        initial={"shown": consent.shown_state(batch)},
    )
    if request.method == "POST" and form.is_valid():
        return _release(request, batch, form)
    context = {
        "batch": batch,
        "form": form,
        "result": result,
        "statements": statements(result),
        "fields": _field_rows(result),
        "decisions": missing.waiting(batch),
        "too_many_today": _is_too_many_today(batch, result),
    }
    return render(request, "enrollment/imports/publish.html", context)


def _is_too_many_today(batch: ImportBatch, result: Result | None) -> bool:
    """Whether publishing would be refused for the people whom files of today move already."""
    if batch.state != BatchState.REHEARSED or result is None or not result.other_person:
        return False
    return gives_too_many(batch, staging_name(batch.pk), result.other_person)


def _release(request: HttpRequest, batch: ImportBatch, form: PublishForm) -> HttpResponse:
    try:
        imports_services.release_batch(
            batch=batch,
            by=require_role(request, Role.REGISTRAR),
            accept_cleared=form.cleaned_data.get("accept_cleared", False),
            accept_new_holders=form.new_holders,
            approval=form.approval,
            shown=form.cleaned_data["shown"],
        )
    except consent.ChangedSinceError:
        messages.error(request, CHANGED_SINCE)
        return redirect("registry:publish", batch.key)
    except consent.ClearedError as error:
        messages.error(request, error.message)
    except SamePersonError:
        messages.error(request, _("Another registrar must publish this file."))
    except WrongStateError:
        messages.error(request, ACTED_ON)
    else:
        enqueue_upload(imports_tasks.publish_upload, batch)
    return redirect("registry:import", batch.key)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Undo a publication."""
    batch = visible_batch(request, key)
    if batch.state != BatchState.PUBLISHED:
        return redirect("registry:import", batch.key)
    if request.method == "POST":
        try:
            imports_services.undo_batch(batch=batch, by=require_role(request, Role.REGISTRAR))
        except UndoBlockedError as error:
            obstacle = error.obstacle
            context = {"batch": batch, "obstacle": obstacle}
            return render(request, "enrollment/imports/undo.html", context, status=409)
        except UndoExpiredError:
            days = settings.UNDO_DAYS
            messages.error(
                request,
                _("It was published more than %(days)d days ago and cannot be undone.")
                % {"days": days},
            )
        except FileFaultError as error:
            messages.error(request, error.message)
        except WrongStateError:
            messages.error(request, ACTED_ON)
        else:
            messages.success(request, _("The publication was undone."))
        return redirect("registry:import", batch.key)
    return render(request, "enrollment/imports/undo.html", {"batch": batch})


@require_POST
def choose_sheet(request: HttpRequest, key: UUID) -> HttpResponse:
    """Check the file again with the chosen sheet."""
    batch = visible_batch(request, key)
    sheet = request.POST.get("sheet", "")
    try:
        if sheet not in batch.sheet_choices:
            raise WrongStateError
        reading_right.choose_sheet(
            batch=batch, sheet=sheet, by=require_role(request, Role.REGISTRAR)
        )
    except OthersFileError:
        tell_of_others_file(request)
    except WrongStateError:
        messages.error(request, _("Choose one of the sheets."))
    else:
        enqueue_upload(imports_tasks.rehearse_upload, batch)
    return redirect("registry:import", batch.key)


@require_POST
def check_again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Check a file again after an interruption or a change of the registry."""
    batch = visible_batch(request, key)
    try:
        reading_right.check_again(batch=batch, by=require_role(request, Role.REGISTRAR))
    except OthersFileError:
        tell_of_others_file(request)
    except WrongStateError:
        messages.error(request, ACTED_ON)
    else:
        enqueue_upload(imports_tasks.rehearse_upload, batch)
    return redirect("registry:import", batch.key)


@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Discard a file that was not published."""
    batch = visible_batch(request, key)
    if not try_act(request, partial(imports_services.discard_batch, batch=batch)):
        return redirect("registry:import", batch.key)
    messages.success(request, _("The file was discarded. The registry is unchanged."))
    if batch.mends is not None:
        return redirect("registry:import", batch.mends.key)
    return redirect("registry:imports")


def _field_rows(result: Result | None) -> list[tuple[str, object, int, bool]]:
    """Changed fields as (name, label, number of records, needs approval by the province)."""
    if result is None:
        return []
    return [
        (name, BY_NAME[name].label, count, name in result.locked)
        for name, count in result.fields.items()
    ]


def _left_out(result: Result | None) -> list[tuple[object, int]]:
    """Locked fields whose changes the publication left out, as (label, number of records)."""
    left_out = result.locked_left_out if result else {}
    return [(BY_NAME[name].label, count) for name, count in left_out.items()]
