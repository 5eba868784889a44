"""One report as counselors and registrars read, answer and settle it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.fields.catalogue import BY_NAME
from enrollment.files.evidence import evidence_of
from enrollment.models import Correction, CorrectionState, EvidencePurpose
from enrollment.queries import institutions_of
from enrollment.records.corrections.services import AlreadyAskedError
from enrollment.records.corrections.values import NotCorrectableError
from support.models import Cause, EntryKind, Report
from support.reports import queries
from support.reports.correcting import FIELDS, NOT_THEIRS, accept_correction
from support.reports.desk import services
from support.reports.desk.acts import NO_LONGER_WAITING, NothingDoneError, act_on
from support.reports.desk.candidates import search_of
from support.reports.desk.forms import StaffForm
from support.reports.desk.queue import queue_of
from support.reports.desk.ready_answers import ready_answers
from support.reports.desk.rows import rows_of
from support.reports.forms import CorrectionForm
from support.reports.services import TooLateError


@personal_data("support.read_report")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report with all that was said, and the acts on it; after an act the next one."""
    staff = require_role(request, *RECORD_KEEPERS)
    report = _visible(staff, key)
    acts = _staff_form(request, report)
    if acts.is_bound and acts.is_valid():
        following = _following(staff, report)
        if _done(request, acts, report, staff):
            return redirect(following)
    _note(request, report)
    return _page(request, staff, report, acts, _correction_form(staff, report))


@personal_data("support.correct_record", reauth=True)
@sensitive_post_parameters()
@require_POST
def correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """Accept what the report asks: correct the record, or ask the province."""
    staff = require_role(request, *RECORD_KEEPERS)
    report = _visible(staff, key)
    if not _may_correct(staff, report):
        raise Http404
    if not report.is_live:
        messages.error(request, NO_LONGER_WAITING)
        return redirect("support:queue_report", key)
    form = CorrectionForm(request.POST)
    if form.is_valid() and (made := _accept(form, report, staff)):
        is_done = made.state == CorrectionState.APPLIED
        said = EntryKind.CORRECTED if is_done else EntryKind.SUBMITTED
        messages.success(request, said.label)
        return redirect(_following(staff, report))
    _note(request, report)
    return _page(request, staff, report, _staff_form(None, report), form)


@require_POST
def separate(request: HttpRequest, key: UUID) -> HttpResponse:
    """Treat a merged report by itself again."""
    staff = require_role(request, *RECORD_KEEPERS)
    services.separate_report(report=_visible(staff, key), by=staff)
    return redirect("support:queue_report", key)


def _note(request: HttpRequest, report: Report) -> None:
    note_access(
        request,
        people=1,
        subject_type="report",
        subject_key=report.key,
        institution_code=report.institution.code,
    )


def _staff_form(request: HttpRequest | None, report: Report) -> StaffForm:
    data = None
    if request is not None and request.method == "POST":
        data = {**request.POST.dict(), "reports": [str(report.key)]}
    return StaffForm(data, keys=[str(report.key)], ready=ready_answers([report.cause]))


def _done(request: HttpRequest, form: StaffForm, report: Report, staff: User) -> bool:
    mine = queries.reports_visible_to(staff).filter(pk=report.pk)
    try:
        messages.success(request, act_on(mine, form, staff))
    except NothingDoneError as error:
        form.add_error(None, error.message)
    return not form.errors


def _following(staff: User, report: Report) -> str:
    """The page of the report that is next, alike if there is one; “Today” after the last."""
    others = queue_of(staff).exclude(pk=report.pk)
    alike = others.filter(cause=report.cause, school_class=report.school_class_id)
    found = alike.first() or others.first()
    return reverse("support:queue_report", args=[found.key]) if found else reverse("today")


def _accept(form: CorrectionForm, report: Report, staff: User) -> Correction | None:
    words = form.cleaned_data["words"]
    try:
        return accept_correction(report=report, change=form.change, words=words, by=staff)
    except NotCorrectableError as error:
        form.add_error("value", error.message)
    except AlreadyAskedError:
        form.add_error("field", _("The province has been asked about this field already."))
    except TooLateError:
        form.add_error(None, NO_LONGER_WAITING)
    return None


def _correction_form(staff: User, report: Report) -> CorrectionForm | None:
    """The registrar's form, filled in as the student asks; None where there is nothing to do."""
    if not (report.is_live and _may_correct(staff, report)):
        return None
    field = FIELDS.get(Cause(report.cause), "")
    return CorrectionForm(initial={"field": field, "value": report.stated["correct"]})


def _may_correct(staff: User, report: Report) -> bool:
    mine = institutions_of(staff).filter(pk=report.institution_id).exists()
    return mine and report.present_record is not None


def _submission(report: Report) -> Correction | None:
    """The correction that this report asked for and that waits for the province."""
    waiting = Correction.objects.filter(report=report.key, state=CorrectionState.SUBMITTED)
    return waiting.filter(record=report.record_id).first() if report.record_id else None


def _page(
    request: HttpRequest,
    staff: User,
    report: Report,
    acts: StaffForm,
    correction: CorrectionForm | None,
) -> HttpResponse:
    submission = _submission(report)
    if submission and correction and not correction.is_bound:
        correction = None
    context = {
        "report": report,
        "row": rows_of([report])[0],
        "search": search_of(report, staff),
        "form": acts,
        "correction": correction,
        "not_theirs": "" if report.record is report.present_record else NOT_THEIRS,
        "submission": submission,
        "submitted_field": BY_NAME[submission.field].label if submission else "",
        "evidence": evidence_of(EvidencePurpose.REPORT, [report.key]),
        "entries": report.entries.order_by("pk"),
        "may_hand_on": Role.COUNSELOR in staff.roles and report.state != "with_registrar",
        "may_settle": institutions_of(staff).filter(pk=report.institution_id).exists(),
    }
    return render(request, "support/reports/read.html", context)


def _visible(staff: User, key: UUID) -> Report:
    visible = queries.reports_visible_to(staff)
    related = visible.select_related("institution", "school_class", "record", "account")
    return get_object_or_404(related, key=key)
