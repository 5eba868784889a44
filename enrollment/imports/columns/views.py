"""The page that assigns columns of an upload to fields, saved for the institution."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import require_role
from accounts.roles import Role
from enrollment.imports import pipeline, reading_right
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.columns.forms import ColumnsForm
from enrollment.imports.reading_right import OthersFileError
from enrollment.imports.views.access import tell_of_others_file, visible_batch
from enrollment.jobs.upload_views import ACTED_ON
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import WrongStateError


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show each titled column with samples and its field; POST saves new assignments."""
    batch = visible_batch(request, key)
    header, rows = pipeline.header_to_name(batch)
    if header is None:
        raise Http404
    form = ColumnsForm(request.POST or None, header=header, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            reading_right.name_columns(
                batch=batch,
                titles=header.titles,
                meanings=form.meanings(),
                by=require_role(request, Role.REGISTRAR),
            )
        except OthersFileError:
            tell_of_others_file(request)
        except WrongStateError:
            messages.error(request, ACTED_ON)
        else:
            enqueue_upload(imports_tasks.rehearse_upload, batch)
        return redirect("registry:import", batch.key)
    return render(request, "enrollment/imports/columns.html", {"batch": batch, "form": form})
