"""Pages to download faulty rows and to upload them corrected."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.roles import Role
from enrollment.files.faults import FileFaultError
from enrollment.files.quota import may_upload
from enrollment.files.upload_handlers import tell_of_full_disk
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.forms import CorrectedRowsForm
from enrollment.imports.missing import services as missing
from enrollment.imports.views.access import visible_batch
from enrollment.jobs.upload_views import ACTED_ON
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import BatchState, ImportBatch, WrongStateError


@personal_data("enrollment.take_faulty_rows", reason=Reason.BEFORE, reauth=True)
@require_safe
def faulty_rows(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Download the faulty rows in the columns of the file, with the reasons."""
    batch = visible_batch(request, key)
    try:
        file = imports_storage.open_faulty_rows(batch)
    except FileNotFoundError:
        return _without_faulty_rows(request, batch)
    note_access(
        request,
        people=int(batch.result.get("faulty", 0)),
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )
    return FileResponse(file, as_attachment=True, filename=_("Rows to fix.xlsx"))


@require_http_methods(["GET", "HEAD", "POST"])
def upload_corrected_rows(request: HttpRequest, key: UUID) -> HttpResponse:
    """Upload corrected rows; the merged file continues as a new import."""
    batch = visible_batch(request, key)
    if batch.state != BatchState.REHEARSED or not batch.result.get("problems"):
        return redirect("registry:import", batch.key)
    if not imports_storage.has_faulty_rows(batch):
        return _without_faulty_rows(request, batch)
    form = CorrectedRowsForm(request.POST or None, request.FILES or None)
    tell_of_full_disk(request, form)
    user = require_role(request, Role.REGISTRAR)
    if (
        request.method == "POST"
        and form.is_valid()
        and may_upload(form, account=user, institution=batch.institution)
    ):
        file = form.cleaned_data["file"]
        try:
            following = imports.upload_batch(
                institution=batch.institution,
                file_name=file.name,
                source=file,
                created_by=user,
                mends=batch,
            )
        except WrongStateError:
            messages.error(request, ACTED_ON)
            return redirect("registry:import", batch.key)
        except FileFaultError as error:
            messages.error(request, error.message)
            return redirect("registry:import", batch.key)
        enqueue_upload(imports_tasks.rehearse_upload, following)
        return redirect("registry:import", following.key)
    context = {"batch": batch, "form": form, "decisions": missing.waiting(batch)}
    return render(request, "enrollment/imports/mended.html", context)


def _without_faulty_rows(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Lead on from a file that an older version checked without keeping its faulty rows."""
    if batch.state != BatchState.REHEARSED:
        raise Http404
    messages.error(
        request,
        _(
            "The faulty rows of this file were not kept, so they cannot be downloaded or fixed "
            "here. Publish the rest of it, or discard it and upload the file again."
        ),
    )
    return redirect("registry:import", batch.key)
