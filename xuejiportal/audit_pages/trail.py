"""The audit trail, for auditors only: three questions, answered in sentences."""

from collections.abc import Iterator
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.sessions.recent_proof import has_recent_proof
from audit.models import AuditEntry
from audit.queries import EntryFilter, entries, last_check
from audit.services import record_action
from enrollment.files.spreadsheets import CSV, csv_lines
from enrollment.models import StudentRecord
from enrollment.queries import search_records
from xuejiportal.audit_pages.forms import FindForm, Question, TrailForm, periods
from xuejiportal.audit_pages.people import MAX_FOUND, told_apart
from xuejiportal.audit_pages.sentences import lines_of, person_name, record_title

PAGE_SIZE = 50
MAX_ENTRY_ID = 2**63 - 1
HEADER = ("id", "at", "actor", "action", "subject", "key", "institution", "reason", "detail")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Matching entries, newest first; the next page starts before the last entry shown.

    A POST looks for the person; the answer is an address with their key, which can be kept.
    """
    auditor = _auditor(request)
    find = FindForm(request.POST if request.method == "POST" else None)
    students: list[StudentRecord] = []
    staff: list[User] = []
    if find.is_bound and find.is_valid():
        students, staff = _found(find, auditor)
        if len(staff) == 1:
            return _asked(Question.PERSON, by=staff[0].key)
        if len(students) == 1:
            return _asked(Question.RECORD, record=students[0].key)
    form = TrailForm(request.GET)
    found = _entries(form, request) if form.is_valid() else []
    context = {
        "form": form,
        "find": find,
        "students": [(record, record_title(record)) for record in students],
        "staff": [(account, person_name(account), told_apart(account)) for account in staff],
        "questions": Question.choices,
        "periods": periods(),
        "lines": lines_of(found[:PAGE_SIZE]),
        "before": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "checked": last_check(),
        "is_proved": has_recent_proof(request),
        **_subject(form),
    }
    return render(request, "audit_pages/read.html", context)


@require_safe
@reauthentication_required
def prove(request: HttpRequest) -> HttpResponse:
    """Back to the same entries after re-authentication: a file would leave its page behind."""
    _auditor(request)
    return redirect(f"{reverse('trail')}?{request.META['QUERY_STRING']}")


@require_POST
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Matching entries as streamed CSV; the export is recorded in the trail."""
    auditor = _auditor(request)
    form = TrailForm(request.POST)
    if not form.is_valid() or not form.is_complete:
        return redirect("trail")
    record_action(action="audit.export_trail", actor_id=auditor.pk, subject_type="trail")
    answer = StreamingHttpResponse(csv_lines(HEADER, _rows(form.wanted)), content_type=CSV)
    answer["Content-Disposition"] = 'attachment; filename="trail.csv"'
    return answer


def _entries(form: TrailForm, request: HttpRequest) -> list[AuditEntry]:
    if not form.is_complete:
        return []
    before = _before(request)
    return list(entries(form.wanted).filter(pk__lt=before)[: PAGE_SIZE + 1])


def _subject(form: TrailForm) -> dict[str, object]:
    """Whose entries are shown, as the page names them."""
    if not form.is_valid():
        return {"question": Question.ACTS}
    record, account = form.cleaned_data["record"], form.cleaned_data["by"]
    return {
        "question": form.question_asked,
        "record": record,
        "record_title": record_title(record) if record else "",
        "narrowed": form.is_narrowed,
        "person": person_name(account) if account else "",
    }


def _found(find: FindForm, auditor: User) -> tuple[list[StudentRecord], list[User]]:
    """The records and the accounts searched for; the search is an entry of the trail."""
    staff: list[User] = find.cleaned_data["staff"]
    words = find.cleaned_data["student"]
    students: list[StudentRecord] = []
    if words:
        exact = search_records(StudentRecord.objects.all(), words, whole_name=True)
        students = list(exact.select_related("school_class", "institution")[:MAX_FOUND])
    account = staff[0] if len(staff) == 1 else None
    record_action(
        action="audit.find_person",
        actor_id=auditor.pk,
        subject_type="account" if account else "",
        subject_key=account.key if account else "",
        detail={"people": len(students or staff)},
    )
    if words and not students:
        find.add_error("student", _("No record has this number or name."))
    return students, staff


def _asked(question: Question, **keys: object) -> HttpResponse:
    return redirect(f"{reverse('trail')}?{urlencode({'question': question.value, **keys})}")


def _rows(wanted: EntryFilter) -> Iterator[list[object]]:
    for entry in entries(wanted).iterator(chunk_size=2000):
        at = localtime(entry.at).isoformat(timespec="seconds")
        row = [entry.pk, at, entry.actor_id, entry.action, entry.subject_type, entry.subject_key]
        yield [*row, entry.institution_code, entry.reason, entry.detail or ""]


def _before(request: HttpRequest) -> int:
    """The entry id before which the page starts; for the first page, the largest possible id."""
    text = request.GET.get("before", "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ENTRY_ID)) - 1
        else MAX_ENTRY_ID
    )


def _auditor(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or Role.AUDITOR not in user.roles:
        raise Http404
    return user
