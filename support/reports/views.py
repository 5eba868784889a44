"""A person's own reports."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.report_prefill import forget, stashed
from enrollment.files.evidence import EvidenceFaultError, evidence_of, serve_evidence
from enrollment.models import EvidencePurpose, StudentRecord
from enrollment.queries import records_held_by, schools_with_registrars
from enrollment.records.stated_facts import stated_facts
from support.help.markdown import render_markdown
from support.help.queries import article_for, text_of
from support.models import Cause, Report, ReportState
from support.reports import queries, services
from support.reports.causes import (
    ARTICLES,
    WITH_RECORD,
    WITHOUT_RECORD,
    needs_no_report,
    registry_value,
)
from support.reports.classes import offered_classes
from support.reports.forms import NoRecordReportForm, ReportForm, WordsForm
from support.reports.statistics import usual_wait

TOLD = gettext_lazy("Your school has been told. You will hear from it here.")
ADDED = gettext_lazy("You had reported this already: what you wrote was added to that report.")
CHANGED = gettext_lazy("The report has changed meanwhile. Please read it again.")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything I have reported."""
    context = {"reports": queries.reports_of(_student(request))}
    return render(request, "support/reports/mine.html", context)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """What kind of problem it is."""
    held = _records(_student(request))
    record = _chosen(request, held)
    context = {
        "causes": WITH_RECORD if held else WITHOUT_RECORD,
        "records": held if len(held) > 1 else [],
        "record": record,
    }
    return render(request, "support/reports/new.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, cause: str) -> HttpResponse:
    """The answer that may solve it at once; below, the report."""
    account = _student(request)
    record = _chosen(request, _records(account))
    kind = _cause(cause, record)
    form = _form(request, kind, record)
    settled = needs_no_report(kind, record)
    first = queries.live_report(account, kind, record)
    if form.is_valid() and not settled:
        report = _open(form, account, kind, record)
        if report is not None:
            forget(request)
            messages.success(request, ADDED if report == first else TOLD)
            return redirect("support:report", report.key)
    article = article_for(request.user, ARTICLES[kind])
    title, body = text_of(article) if article else ("", "")
    context = {
        "form": None if settled else form,
        "cause": kind,
        "registry": registry_value(kind, record),
        "record": record,
        "first": first,
        "classes": [] if record else offered_classes(list(schools_with_registrars())),
        "title": title,
        "html": render_markdown(body),
        "help_anchor": ARTICLES[kind],
    }
    return render(request, "support/reports/write.html", context)


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report, and all that was said."""
    return _page(request, key, WordsForm())


@personal_data("support.read_report")
@require_safe
def evidence(request: HttpRequest, key: UUID, file: UUID) -> StreamingHttpResponse:
    """One file of a report: to who gave it, and to the staff whose turn it is to read it."""
    user = request.user
    is_staff = isinstance(user, User) and not user.is_student
    visible = queries.reports_visible_to(user) if is_staff else queries.reports_of(user)
    report = get_object_or_404(visible.select_related("institution"), key=key)
    rows = evidence_of(EvidencePurpose.REPORT, [report.key])
    found = next((row for row in rows if row.key == file), None)
    if found is None:
        raise Http404
    if isinstance(user, User) and is_staff:
        note_access(
            request,
            people=1,
            subject_type="report",
            subject_key=report.key,
            institution_code=report.institution.code,
        )
    return serve_evidence(found)


@sensitive_post_parameters()
@require_POST
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer the school's question, add something, or open the report again."""
    report = get_object_or_404(queries.reports_of(request.user), key=key)
    form = WordsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, key, form)
    act = services.add if report.is_live else services.reopen
    try:
        act(report=report, **form.cleaned_data)
        messages.success(request, _("Sent to your school."))
    except services.TooLateError:
        messages.error(request, CHANGED)
    except EvidenceFaultError as error:
        messages.error(request, error.fault.label)
    return redirect("support:report", key)


@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """I need no answer any more."""
    report = get_object_or_404(queries.reports_of(request.user), key=key)
    try:
        services.withdraw(report=report)
    except services.TooLateError:
        messages.error(request, CHANGED)
    return redirect("support:report", key)


def _page(request: HttpRequest, key: UUID, form: WordsForm) -> HttpResponse:
    report = get_object_or_404(queries.reports_of(request.user), key=key)
    context = {
        "report": report,
        "entries": report.entries.order_by("pk"),
        "evidence": evidence_of(EvidencePurpose.REPORT, [report.key]),
        "form": form,
        "waits": report.is_live and report.state != ReportState.ASKED,
    }
    if context["waits"]:
        context["usual"] = usual_wait(report)
    return render(request, "support/reports/one.html", context)


def _open(
    form: ReportForm, account: User, cause: Cause, record: StudentRecord | None
) -> Report | None:
    """The report, or None with an error in ``form``."""
    try:
        return services.open_report(
            account=account,
            cause=cause,
            statement=form.statement,
            record=record,
            institution=form.cleaned_data.get("institution"),
            class_code=form.cleaned_data.get("class_code", ""),
        )
    except EvidenceFaultError as error:
        form.add_error("evidence", error.fault.label)
    except services.TooLateError:
        form.add_error(None, CHANGED)
    return None


def _student(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.is_student:
        raise Http404
    return request.user


def _records(account: User) -> list[StudentRecord]:
    return list(records_held_by(account).select_related("institution", "school_class"))


def _chosen(request: HttpRequest, held: list[StudentRecord]) -> StudentRecord | None:
    """The record the address names, else the newest; None without any."""
    named = request.GET.get("record", "")
    if not named:
        return held[0] if held else None
    found = next((record for record in held if str(record.key) == named), None)
    if found is None:
        raise Http404
    return found


def _cause(cause: str, record: StudentRecord | None) -> Cause:
    offered = WITH_RECORD if record else WITHOUT_RECORD
    if cause not in offered:
        raise Http404
    return Cause(cause)


def _form(request: HttpRequest, cause: Cause, record: StudentRecord | None) -> ReportForm:
    kind = ReportForm if record else NoRecordReportForm
    if request.method != "POST":
        known = {} if record else _known_of(signed_in(request))
        return kind(cause=cause, initial={"words": stashed(request, cause=cause), **known})
    return kind(request.POST, request.FILES, cause=cause)


def _known_of(account: User) -> dict[str, object]:
    """What a person without a record need not say again: the name, and the only school."""
    facts = stated_facts(account)
    schools = list(schools_with_registrars()[:2])
    return {
        "name": facts.name if facts else "",
        "institution": schools[0] if len(schools) == 1 else None,
    }
