"""Reports as counselors and registrars answer them: many alike, one answer."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.models import User
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.files.evidence import evidence_of
from enrollment.files.spreadsheets import XLSX
from enrollment.models import EvidencePurpose
from enrollment.queries import institutions_of
from enrollment.records.corrections import AlreadyAskedError, NotCorrectableError
from support.digest_rhythm import choose_rhythm, digest_rhythm
from support.models import Cause, Report, Rhythm
from support.reports import queries, services
from support.reports.correcting import FIELDS, accept_correction
from support.reports.forms import CorrectionForm, RhythmForm, StaffForm
from support.reports.statistics import figures_by_cause
from support.reports.workbook import reports_workbook

SHOWN = 100  # the oldest; answering them brings the next
ACTS = {
    "answer": services.answer_reports,
    "ask": services.ask_back,
    "hand_on": services.hand_on,
}
PERIOD = timedelta(days=365)


@personal_data("support.list_reports")
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for me, by cause and class."""
    staff = require_role(request, *RECORD_KEEPERS)
    chosen = {name: request.GET.get(name, "") for name in ("cause", "college", "batch")}
    everything = queries.queue_of(staff)
    waiting = queries.narrowed(everything, **chosen)
    shown = list(waiting.select_related("institution")[:SHOWN])
    form = StaffForm(request.POST or None, keys=_keys(request, shown))
    if form.is_valid():
        return _do(request, staff, form)
    note_access(
        request,
        people=len(shown),
        subject_type="queue",
        subject_key="",
        institution_code=shown[0].institution.code if shown else "",
    )
    context = {
        "groups": _groups(shown),
        "total": waiting.count(),
        "shown": len(shown),
        "form": form,
        "may_hand_on": Role.COUNSELOR in staff.roles,
        "chosen": chosen,
        "filters": _filters(everything),
        "batches": queries.batches_visible_to(staff),
        "rhythm": RhythmForm(initial={"rhythm": digest_rhythm(staff)}),
    }
    return render(request, "support/reports/queue.html", context)


@personal_data("support.read_report")
@require_safe
def read(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report with all that was said; that it was read is noted."""
    staff = require_role(request, *RECORD_KEEPERS)
    report = _visible(staff, key)
    note_access(
        request,
        people=1,
        subject_type="report",
        subject_key=report.key,
        institution_code=report.institution.code,
    )
    return _page(request, staff, report, _correction_form(staff, report))


@personal_data("support.correct_record", reauth=True)
@sensitive_post_parameters()
@require_POST
def correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """Accept what the report asks: correct the record, or ask the province."""
    staff = require_role(request, *RECORD_KEEPERS)
    report = _visible(staff, key)
    if _correction_form(staff, report) is None:
        raise Http404
    form = CorrectionForm(request.POST)
    if form.is_valid() and _accept(form, report, staff):
        return redirect("support:queue_report", key)
    return _page(request, staff, report, form)


@require_POST
def separate(request: HttpRequest, key: UUID) -> HttpResponse:
    """Treat a merged report by itself again."""
    staff = require_role(request, *RECORD_KEEPERS)
    services.separate_report(report=_visible(staff, key), by=staff)
    return redirect("support:queue_report", key)


@personal_data("support.export_reports", reason=Reason.BEFORE, reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_workbook(request: HttpRequest, key: UUID) -> FileResponse:
    """A batch as a workbook."""
    staff = require_role(request, *RECORD_KEEPERS)
    batch = get_object_or_404(queries.batches_visible_to(staff), key=key)
    note_access(
        request,
        people=batch.reports.count(),
        subject_type="report_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )
    reports = batch.reports.select_related("school_class", "record").order_by("cause", "pk")
    file, name = reports_workbook(reports), f"reports-{batch.pk}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How long reports wait, by cause, over the last year."""
    schools = list(institutions_of(request.user))
    if not schools:
        raise Http404
    context = {"figures": figures_by_cause(schools, timezone.now() - PERIOD)}
    return render(request, "support/reports/statistics.html", context)


@require_POST
def rhythm(request: HttpRequest) -> HttpResponse:
    """How often I want the digest."""
    staff = require_role(request, *RECORD_KEEPERS)
    form = RhythmForm(request.POST)
    if form.is_valid():
        choose_rhythm(account=staff, rhythm=Rhythm(form.cleaned_data["rhythm"]))
        messages.success(request, _("Saved."))
    return redirect("support:queue")


def _accept(form: CorrectionForm, report: Report, staff: User) -> bool:
    words = form.cleaned_data["words"]
    try:
        accept_correction(report=report, change=form.change, words=words, by=staff)
    except NotCorrectableError as error:
        form.add_error("value", error.message)
    except AlreadyAskedError:
        form.add_error("field", _("The province has been asked about this field already."))
    return not form.errors


def _correction_form(staff: User, report: Report) -> CorrectionForm | None:
    """The registrar's form, filled in as the student asks; None where there is nothing to do."""
    mine = institutions_of(staff).filter(pk=report.institution_id).exists()
    if not (mine and report.is_live and report.record_id):
        return None
    field = FIELDS.get(Cause(report.cause), "")
    return CorrectionForm(initial={"field": field, "value": report.stated["correct"]})


def _page(
    request: HttpRequest, staff: User, report: Report, form: CorrectionForm | None
) -> HttpResponse:
    context = {
        "report": report,
        "form": form,
        "evidence": evidence_of(EvidencePurpose.REPORT, [report.key]),
        "alike": report.merged.count(),
        "entries": report.entries.order_by("pk"),
        "may_hand_on": Role.COUNSELOR in staff.roles and report.state != "with_registrar",
    }
    return render(request, "support/reports/read.html", context)


def _visible(staff: User, key: UUID) -> Report:
    visible = queries.reports_visible_to(staff)
    related = visible.select_related("institution", "school_class", "record", "account")
    return get_object_or_404(related, key=key)


def _filters(everything: QuerySet[Report]) -> dict[str, Sequence[object]]:
    """What the queue can be narrowed to: the causes and colleges that are in it."""
    reports = Report.objects.filter(pk__in=everything.values("pk"))
    pairs = set(reports.values_list("cause", "school_class__college"))
    causes = [cause for cause in Cause if cause in {cause for cause, _college in pairs}]
    return {
        "causes": list(causes),
        "colleges": sorted(college for _cause, college in pairs if college),
    }


def _do(request: HttpRequest, staff: User, form: StaffForm) -> HttpResponse:
    chosen = queries.reports_visible_to(staff).filter(key__in=form.cleaned_data["reports"])
    if form.cleaned_data["act"] == "merge":
        return _merge(request, chosen, staff)
    act = ACTS[form.cleaned_data["act"]]
    number = act(reports=chosen, words=form.cleaned_data["words"], by=staff)
    messages.success(
        request,
        ngettext("%(number)d report is settled.", "%(number)d reports are settled.", number)
        % {"number": number}
        if form.cleaned_data["act"] == "answer"
        else _("Done: %(number)d.") % {"number": number},
    )
    return redirect("support:queue")


def _merge(request: HttpRequest, chosen: QuerySet[Report], staff: User) -> HttpResponse:
    number = services.merge_reports(reports=chosen, by=staff)
    if number:
        words = ngettext(
            "%(number)d report is treated as one.", "%(number)d reports are treated as one.", number
        )
        messages.success(request, words % {"number": number})
    else:
        messages.error(request, _("Only open reports of one cause and school can be one."))
    return redirect("support:queue")


def _keys(request: HttpRequest, shown: list[Report]) -> list[str]:
    """Reports on the page, and those within scope that were posted from their own page."""
    posted = [key for key in request.POST.getlist("reports") if queries.is_key(key)]
    within = queries.reports_visible_to(request.user).filter(key__in=posted[:SHOWN])
    return [str(report.key) for report in [*shown, *within]]


def _groups(reports: list[Report]) -> list[tuple[Cause, str, list[Report]]]:
    keyed = groupby(reports, key=lambda report: (report.cause, report.school_class))
    return [
        (Cause(cause), school_class.code if school_class else "", list(members))
        for (cause, school_class), members in keyed
    ]
