"""Pages to upload, check and import photographs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.roles import Role
from enrollment.files.faults import FileFault
from enrollment.files.images import PhotoFault
from enrollment.files.spreadsheets import workbook
from enrollment.jobs.upload_views import ACTED_ON, list_page, try_act
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import (
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
    SamePersonError,
    WrongStateError,
)
from enrollment.photos import estimate, tasks
from enrollment.photos import services as acts
from enrollment.photos.contact_sheet import has_sheet, page_of
from enrollment.photos.forms import PhotoUploadForm
from enrollment.photos.refused import refused_of
from enrollment.photos.staging import expected, unlooked_same
from enrollment.queries import institutions_of, photo_batches_visible_to

EXAMPLES = 3
RUNNING = PhotoBatch.BUSY
# In these the page of a ZIP shows what was refused.
TELLING = frozenset({PhotoBatchState.CHECKED, PhotoBatchState.TAKEN, PhotoBatchState.UNDONE})


@dataclass(frozen=True)
class FoldedRefusal:
    """Refused entries of one reason: their number and the first names."""

    fault: PhotoFault
    count: int
    names: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
def photo_batches(request: HttpRequest) -> HttpResponse:
    """List the ZIPs of the registrar's institutions; POST uploads one."""
    user = require_role(request, Role.REGISTRAR)

    def store(data: Mapping[str, Any]) -> PhotoBatch:
        batch = acts.upload_photos(
            institution=data["institution"],
            kind=PhotoKind(data["kind"]),
            file_name=data["file"].name,
            source=data["file"],
            created_by=user,
        )
        enqueue_upload(tasks.check_photos, batch)
        return batch

    return list_page(
        request,
        form=PhotoUploadForm(
            request.POST or None, request.FILES or None, schools=institutions_of(user)
        ),
        uploads=photo_batches_visible_to(user),
        store=store,
        page="registry:photo_batch",
        template="enrollment/photos/list.html",
    )


@personal_data("enrollment.view_refused_photos")
@require_safe
def one_photo_batch(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one ZIP: its progress, check or result."""
    batch = _visible(request, key)
    groups = _folded(batch) if batch.state in TELLING else []
    if shown := sum(len(group.names) for group in groups):
        note_access(
            request,
            people=shown,
            subject_type="photo_batch",
            subject_key=batch.key,
            institution_code=batch.institution.code,
        )
    context = {
        "batch": batch,
        "running": batch.state in RUNNING,
        "seconds_left": estimate.photos_left(batch),
        "failure": _failure(batch),
        "may_go_on": acts.may_go_on(batch),
        "stored": batch.stored,
        "kept_since": batch.stored - batch.undone,
        "groups": groups,
        "needs_second_person": batch.needs_second_person(require_role(request, Role.REGISTRAR)),
        "kept_days": acts.RETENTION.days,
        "has_sheet": has_sheet(batch),
        "can_undo": batch.state == PhotoBatchState.TAKEN and batch.stored and acts.is_kept(batch),
    }
    return render(request, "enrollment/photos/one.html", context)


@personal_data("enrollment.view_contact_sheet")
@require_safe
def contact_sheet(request: HttpRequest, key: UUID) -> HttpResponse:
    """The photographs of a checked or imported ZIP, 24 a page, with whose they are."""
    batch = _visible(request, key)
    if not has_sheet(batch):
        raise Http404
    frames, page = page_of(batch, request.GET.get("page"))
    note_access(
        request,
        people=len(frames),
        subject_type="photo_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )
    context = {"batch": batch, "frames": frames, "page": page}
    return render(request, "enrollment/photos/sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def release(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what will change; POST releases the ZIP for import."""
    batch = _visible(request, key)
    if batch.state != PhotoBatchState.CHECKED:
        return redirect("registry:photo_batch", batch.key)
    if request.method != "POST":
        # Another ZIP may have brought photos since the check.
        batch.fresh, batch.replacing = expected(batch)
        context = {
            "batch": batch,
            "kept_days": acts.RETENTION.days,
            "unlooked": unlooked_same(batch),
        }
        return render(request, "enrollment/photos/take.html", context)
    try:
        acts.release_photos(batch=batch, by=require_role(request, Role.REGISTRAR))
    except SamePersonError:
        messages.error(request, _("Another registrar has to import these photos."))
    except WrongStateError:
        messages.error(request, ACTED_ON)
    else:
        enqueue_upload(tasks.import_photo_batch, batch)
    return redirect("registry:photo_batch", batch.key)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what an undo does; POST gives the records their earlier photographs back."""
    batch = _visible(request, key)
    if batch.state != PhotoBatchState.TAKEN:
        return redirect("registry:photo_batch", batch.key)
    if request.method != "POST":
        return render(request, "enrollment/photos/undo.html", {"batch": batch})
    try:
        acts.undo_photos(batch=batch, by=require_role(request, Role.REGISTRAR))
    except acts.UndoExpiredError:
        text = _("It was imported more than %(days)d days ago and cannot be undone.")
        messages.error(request, text % {"days": acts.RETENTION.days})
    except WrongStateError:
        messages.error(request, ACTED_ON)
    else:
        enqueue_upload(tasks.undo_photo_batch, batch)
    return redirect("registry:photo_batch", batch.key)


@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Retry after a full disk or a killed worker."""
    batch = _visible(request, key)
    by = require_role(request, Role.REGISTRAR)
    if try_act(request, partial(acts.go_on, batch=batch, by=by)):
        enqueue_upload(tasks.TASKS[batch.state], batch)
    return redirect("registry:photo_batch", batch.key)


@personal_data("enrollment.download_refused_photos", reason=Reason.BEFORE, reauth=True)
@require_safe
def refused(request: HttpRequest, key: UUID) -> FileResponse:
    """Download the refused entries with their reasons as a workbook."""
    batch = _visible(request, key)
    found = refused_of(batch)
    if not found:
        raise Http404
    note_access(
        request,
        people=len(found),
        subject_type="photo_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )
    rows = [(name, fault.label) for name, fault in found]
    file = workbook([_("Name in the ZIP file"), _("Reason")], rows, sheet=_("Photos not imported"))
    return FileResponse(file, as_attachment=True, filename=_("Photos not imported") + ".xlsx")


@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Discard a ZIP that is not imported, or the rest of one that is, in part."""
    batch = _visible(request, key)
    by = require_role(request, Role.REGISTRAR)
    is_done = try_act(request, partial(acts.discard_photos, batch=batch, by=by))
    if not is_done or batch.state != PhotoBatchState.DISCARDED:
        return redirect("registry:photo_batch", batch.key)
    messages.success(request, _("The ZIP file was discarded."))
    return redirect("registry:photo_batches")


def _visible(request: HttpRequest, key: UUID) -> PhotoBatch:
    return get_object_or_404(
        photo_batches_visible_to(require_role(request, Role.REGISTRAR)), key=key
    )


def _failure(batch: PhotoBatch) -> str:
    if batch.failure == FileFault.DISK_FULL:
        return _("The server's disk is full. Ask the operator to free space, then continue.")
    return str(FileFault(batch.failure).label) if batch.failure else ""


def _folded(batch: PhotoBatch) -> list[FoldedRefusal]:
    """Refused entries grouped by reason, the most frequent first."""
    found = refused_of(batch)
    return [
        FoldedRefusal(fault, count, [name for name, why in found if why == fault][:EXAMPLES])
        for fault, count in Counter(fault for _, fault in found).most_common()
    ]
