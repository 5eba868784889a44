"""The records that a checked file would change, one by one."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import personal_data
from accounts.roles import Role
from enrollment.fields.catalogue import BY_NAME
from enrollment.imports.staging.affected import ChangedRecords, Filter
from enrollment.imports.staging.tables import staging_is_current, staging_is_whole, staging_name
from enrollment.imports.views.access import visible_batch
from enrollment.models import BatchState
from enrollment.records import services as records_services

PER_PAGE = 20


@personal_data("enrollment.view_changes")
@require_safe
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """List old and new values of changed records, filtered by field or group of students."""
    batch = visible_batch(request, key)
    staging = staging_name(batch.pk)
    staged = batch.result.get("staged", 0)
    is_there = staging_is_whole(staging, staged) and staging_is_current(staging)
    if batch.state != BatchState.REHEARSED or not is_there:
        return redirect("registry:import", batch.key)
    fields = batch.result.get("fields", {})
    field, only = request.GET.get("field", ""), request.GET.get("only", "")
    field = field if field in fields else ""
    only = only if only in Filter.values else ""
    records = ChangedRecords(staging, batch.mapping, field=field, only=only)
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    records_services.note_list_access(
        batch=batch, account=require_role(request, Role.REGISTRAR), people=len(page.object_list)
    )
    context = {
        "batch": batch,
        "page": page,
        "fields": [(name, BY_NAME[name].label, count) for name, count in fields.items()],
        "field": field,
        "kinds": Filter.choices,
        "only": only,
    }
    return render(request, "enrollment/imports/changes.html", context)
