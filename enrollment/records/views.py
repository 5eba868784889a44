"""Pages on which staff find and read records in their scope, masked and audited."""

from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.privacy.access_reason import (
    is_used_for_all,
    remember_reason,
    remembered_reason,
)
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.requests.next_page import next_page
from accounts.requests.page_above import page_above
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.fields.catalogue import BY_NAME, CARD
from enrollment.fields.display import beside, value_of
from enrollment.models import StudentRecord
from enrollment.queries import (
    institutions_of,
    other_records_of_person,
    records_visible_to,
    search_records,
)
from enrollment.records import services
from enrollment.records.access_reasons import AccessReasonForm, ask_why, reason_label
from enrollment.records.class_history import class_history
from enrollment.records.forms import SearchForm
from enrollment.records.freezing import freeze_causes
from enrollment.records.summary import summary_of

PAGE_SIZE = 50
_SHOWN = [one for part in CARD.values() for one in part if one.name != "name"]


@personal_data("enrollment.search_records")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find records by name or number.

    The search text is sent in the request body, so that it appears in no address or log.
    """
    user = require_role(request, *RECORD_KEEPERS)
    form = SearchForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        found = search_records(records_visible_to(user), form.cleaned_data["words"])
        records = list(found.select_related("institution", "school_class")[: PAGE_SIZE + 1])
        note_access(
            request,
            people=len(records[:PAGE_SIZE]),
            subject_type="search",
            subject_key="",
            institution_code=records[0].institution.code if records else "",
        )
        more = len(records) > PAGE_SIZE
        context |= {"records": records[:PAGE_SIZE], "more": more, "searched": True}
    return render(request, "enrollment/records/search.html", context)


@personal_data("enrollment.view_record", reason=Reason.IN_FORM)
@require_safe
def one_record(request: HttpRequest, key: UUID) -> HttpResponse:
    """One record with its history; the access is written to the audit trail."""
    user = require_role(request, *RECORD_KEEPERS)
    visible = records_visible_to(user).select_related(
        "institution", "school_class", "created_in", "holder"
    )
    record = get_object_or_404(visible, key=key)
    reason = remembered_reason(request, request.path)
    if not reason:
        return redirect("registry:viewing_reason", key)
    services.note_record_access(record=record, account=user, reason=reason)
    changes = list(record.changes.select_related("batch", "changed_by").order_by("-version", "pk"))
    context = {
        "record": record,
        "reason": reason_label(reason),
        "is_used_for_all": is_used_for_all(request),
        "summary": summary_of(record, user),
        "may_reveal": institutions_of(user).filter(pk=record.institution_id).exists(),
        "freeze_causes": freeze_causes(record, user),
        "certificate": services.masked_certificate(record),
        "facts": [
            (
                one.label,
                beside(one.name, str(value_of(one, record))),
                "zh-Hans" if one.in_chinese else "",
            )
            for one in _SHOWN
        ],
        "changes": [
            (BY_NAME[c.field].label if c.field in BY_NAME else c.field, c) for c in changes
        ],
        "classes": class_history(record, changes),
        "others": other_records_of_person(user, record),
        "events": record.events.order_by("-entered_at", "-pk"),
    }
    return render(request, "enrollment/records/record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def viewing_reason(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask why the user opens this record, or what of it ``next`` names; then lead there."""
    record = get_object_or_404(records_visible_to(require_role(request, *RECORD_KEEPERS)), key=key)
    page = reverse("registry:record", args=[record.key])
    form = AccessReasonForm(request.POST or None)
    if _is_said(request, form, page):
        following = next_page(request, otherwise=page)
        return redirect(following if following.startswith(page) else page)
    return render(request, "enrollment/records/why.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def access_reason(request: HttpRequest) -> HttpResponse:
    """Ask why the user opens or downloads the page in ``next``."""
    require_role(request, *RECORD_KEEPERS)
    search = reverse("registry:search")
    following = next_page(request, otherwise=search)
    form = AccessReasonForm(request.POST or None)
    if _is_said(request, form, following):
        if following == search:
            return redirect(search)
        # A file leaves the page it was asked for on: this one says that it comes.
        context = {"file": following, "back": page_above(following, otherwise=reverse("today"))}
        return render(request, "enrollment/records/file_comes.html", context)
    return render(request, "enrollment/records/why_file.html", {"form": form})


def _is_said(request: HttpRequest, form: AccessReasonForm, following: str) -> bool:
    """Whether the form says why; the reason then counts for the page ``following``."""
    if not form.is_valid():
        return False
    subject = unquote(urlsplit(following).path)
    for_all = form.cleaned_data["for_all"]
    remember_reason(request, form.text, subject=subject, for_all=for_all)
    return True


@personal_data("enrollment.reveal_certificate", reason=Reason.IN_FORM, reauth=True)
@require_safe
def number(request: HttpRequest, key: UUID) -> HttpResponse:
    """The full certificate number for a registrar; the reason is written to the audit trail."""
    user = require_role(request, Role.REGISTRAR)
    records = StudentRecord.objects.filter(institution__in=institutions_of(user))
    record = get_object_or_404(records.select_related("institution"), key=key)
    reason = remembered_reason(request, reverse("registry:record", args=[key]))
    if not reason:
        return ask_why(request, key)
    shown = services.reveal_certificate(record=record, account=user, reason=reason)
    context = {"record": record, "number": shown, "reason": reason_label(reason)}
    return render(request, "enrollment/records/number.html", context)
