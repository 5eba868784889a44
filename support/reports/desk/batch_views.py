"""What was handed on together, as a list and as a workbook; figures; how often the digest comes."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import Reason, note_access, personal_data
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.files.spreadsheets import XLSX
from enrollment.models import Institution
from enrollment.queries import institutions_of
from support.digest_rhythm import choose_rhythm
from support.models import Rhythm
from support.reports import queries
from support.reports.batches import batches_handed_on_by, contents_of
from support.reports.desk.forms import RhythmForm
from support.reports.statistics import BY, figures_by, figures_workbook, first_day
from support.reports.workbook import reports_workbook

MAX_BATCHES = 50


@require_safe
def handed_on(request: HttpRequest) -> HttpResponse:
    """What I handed on, newest first, and what came of it."""
    counselor = require_role(request, Role.COUNSELOR)
    batches = list(batches_handed_on_by(counselor)[:MAX_BATCHES])
    contents = contents_of(batches)
    context = {"batches": [(batch, contents[batch.pk]) for batch in batches]}
    return render(request, "support/reports/handed_on.html", context)


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
    what = _("Reports passed on")
    file, name = reports_workbook(reports), f"{what}-{batch.number}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How many reports there were over the last year and how long they waited."""
    schools, since = _schools(request), first_day()
    tables = [(what, by, figures_by(what, schools, since)) for what, by in BY.items()]
    context = {"tables": tables, "since": since}
    return render(request, "support/reports/statistics.html", context)


@require_safe
def export_statistics(request: HttpRequest, what: str) -> FileResponse:
    """The same figures by cause, college or week, as a workbook."""
    schools = _schools(request)
    if what not in BY:
        raise Http404
    file = figures_workbook(what, schools, first_day())
    name = f"{_('Problem reports')}-{BY[what]}-{timezone.localdate().isoformat()}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _schools(request: HttpRequest) -> list[Institution]:
    schools = list(institutions_of(request.user))
    if not schools:
        raise Http404
    return schools


@require_POST
def rhythm(request: HttpRequest) -> HttpResponse:
    """How often I want the digest."""
    staff = require_role(request, *RECORD_KEEPERS)
    form = RhythmForm(request.POST)
    if form.is_valid():
        choose_rhythm(account=staff, rhythm=Rhythm(form.cleaned_data["rhythm"]))
        messages.success(request, _("Saved."))
    return redirect("support:queue")
