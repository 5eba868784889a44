"""Staff find and read records: masked, within their scope, and noted in the trail."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import services
from enrollment.importing.columns import BY_NAME
from enrollment.queries import records_visible_to, search_records
from enrollment.registry_forms import SearchForm
from enrollment.views.access import record_keeper

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find a record; what is looked for travels in the body, never in the address."""
    user = record_keeper(request)
    form = SearchForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        found = search_records(records_visible_to(user), form.cleaned_data["words"])
        records = list(found.select_related("institution", "school_class")[: LISTED + 1])
        context |= {"records": records[:LISTED], "more": len(records) > LISTED, "searched": True}
    return render(request, "enrollment/registry/search.html", context)


@require_safe
def one_record(request: HttpRequest, key: UUID) -> HttpResponse:
    """One record with its history; that it was viewed is noted."""
    user = record_keeper(request)
    visible = records_visible_to(user).select_related("institution", "school_class", "created_in")
    record = get_object_or_404(visible, key=key)
    services.note_viewing(record=record, account=user)
    changes = record.changes.select_related("batch", "changed_by").order_by("-version", "pk")
    context = {
        "record": record,
        "certificate": services.masked_certificate(record),
        "changes": [
            (BY_NAME[c.field].label if c.field in BY_NAME else c.field, c) for c in changes
        ],
        "events": record.events.all(),
    }
    return render(request, "enrollment/registry/record.html", context)
