"""Acts of a student on problem reports: open, reply, add, withdraw, reopen.

The acts of staff are in ``support.reports.desk.services``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from accounts.password_state import lock_account, lock_undeleted
from audit.services import record_action
from enrollment.files.evidence import Evidence, evidence_of, keep_evidence
from enrollment.models import EvidencePurpose, Institution, SchoolClass, StudentRecord
from enrollment.offices import all_counselors, registrars_of
from enrollment.queries import records_held_by
from support.models import (
    LIVE_STATES,
    Cause,
    EntryKind,
    Report,
    ReportEntry,
    ReportState,
)
from support.reports.batches import tell_who_handed_on
from support.reports.causes import registry_value
from support.reports.classes import class_of, locked_class
from support.reports.queries import live_report, words_of_person

# The kind of notice the student gets; for every other act report_answered.
NOTICES = {
    EntryKind.ASKED: "report_question",
    EntryKind.CORRECTED: "report_corrected",
    EntryKind.SUBMITTED: "report_submitted",
}


class TooLateError(Exception):
    """The report, or its account, no longer allows this act; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What a person writes in a report. ``name`` is empty if the report is about a record."""

    words: str
    correct: str = ""
    name: str = ""
    evidence: Sequence[Evidence] = ()


def open_report(
    *,
    account: User,
    cause: Cause,
    statement: Statement,
    record: StudentRecord | None = None,
    institution: Institution | None = None,
    class_code: str = "",
) -> Report:
    """Report to the school of ``record``, or to ``institution``, what is wrong.

    If the person has a live report of the same cause, what is new is added to that one;
    equal content is a double click and adds nothing. Raises EvidenceFaultError if that
    report would have too many files, TooLateError if the account was deleted or lost the record
    meanwhile.
    """
    school = record.institution if record else institution
    if school is None:
        raise ValueError("a report goes to a school")
    report = Report(account=account, record=record, institution=school, cause=cause)

    def find_class() -> SchoolClass | None:
        if record:
            return SchoolClass.objects.filter(records=record.pk).first()
        return class_of(school=school, account=account, written=class_code)

    report.seal_stated(
        name=record.name if record else statement.name,
        registry=registry_value(cause, record),
        correct=statement.correct,
        class_written=class_code,
    )
    try:
        with transaction.atomic():
            report.school_class = locked_class(find_class)
            if lock_undeleted(account.pk) is None or not _holds(account, record):
                raise TooLateError
            report.save(force_insert=True)
            write_entries([report], EntryKind.OPENED, account, statement.words)
            _keep(report, statement.evidence)
    except IntegrityError:
        return _add_to_live(report, statement, find_class)
    return report


def _holds(account: User, record: StudentRecord | None) -> bool:
    return record is None or records_held_by(account).filter(pk=record.pk).exists()


def reply(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """Answer the school's question; the report goes back to its asker. Raises TooLateError."""
    after = ReportState.WITH_REGISTRAR if _registrar_asked(report) else ReportState.OPEN
    _own_act(report, (ReportState.ASKED,), after, EntryKind.REPLIED, words, evidence)


def _registrar_asked(report: Report) -> bool:
    """Whether the last question is the registrar's, who then has the report.

    A reply to a counselor who no longer looks after the person, or whose office has ended, is
    for the counselor of the class now.
    """
    entries = list(report.entries.order_by("-pk"))
    asked = next((entry for entry in entries if entry.kind == EntryKind.ASKED), None)
    if asked is None or report.school_class is None:
        return False
    counselors = all_counselors().filter(school_class=report.school_class)
    if counselors.filter(user=asked.author_id).exists():
        return False
    registrars = registrars_of(report.institution)
    if asked.author_id and registrars.filter(pk=asked.author_id).exists():
        return True
    return any(entry.kind == EntryKind.HANDED_ON for entry in _since_reopened(entries))


def _since_reopened(entries: Iterable[ReportEntry]) -> Iterator[ReportEntry]:
    """Those of ``entries``, newest first, that came after the report was last opened again."""
    return takewhile(lambda entry: entry.kind != EntryKind.REOPENED, entries)


def add(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """Add to the report; this also answers a question of the school.

    Raises TooLateError once the report is settled, EvidenceFaultError for too many files.
    """
    if report.state == ReportState.ASKED:
        reply(report=report, words=words, evidence=evidence)
        return
    before = (ReportState.OPEN, ReportState.WITH_REGISTRAR)
    after = ReportState(report.state)
    _own_act(report, before, after, EntryKind.ADDED, words, evidence)


def withdraw(*, report: Report) -> None:
    """Withdraw the report. Raises TooLateError once it is settled."""
    _own_act(report, LIVE_STATES, ReportState.WITHDRAWN, EntryKind.WITHDRAWN, "")


def reopen(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """Open a settled report again. Raises TooLateError, also if a newer one is live."""
    before = (ReportState.ANSWERED, ReportState.WITHDRAWN)
    try:
        _own_act(report, before, ReportState.OPEN, EntryKind.REOPENED, words, evidence)
    except IntegrityError as error:
        raise TooLateError from error


def _add_to_live(
    second: Report, statement: Statement, find_class: Callable[[], SchoolClass | None]
) -> Report:
    """Add the content of ``second`` to the live report of its cause; returns that report.

    One without a class gets that of ``find_class``.
    """
    first = live_report(second.account, Cause(second.cause), second.record)
    if first is None:
        raise TooLateError
    said, stated = words_of_person(first), second.stated
    kept = len(evidence_of(EvidencePurpose.REPORT, [first.key]))
    known = first.stated["correct"]
    is_new_value = statement.correct not in (known, "")
    if statement.words in said and not is_new_value and len(statement.evidence) <= kept:
        return first
    words = statement.words
    if is_new_value:
        words = f"{words}\n{known} → {statement.correct}"
        first.seal_stated(
            name=stated["name"],
            registry=stated["registry"],
            correct=statement.correct,
            class_written=stated["class"],
        )
    changed = ["stated_sealed", "name_hash"]
    with transaction.atomic():
        if first.school_class is None:
            first.school_class = locked_class(find_class)
            changed.append("school_class")
        lock_account(first.account_id)
        first.save(update_fields=changed)
        add(report=first, words=words, evidence=statement.evidence)
    return first


def _own_act(
    report: Report,
    before: Sequence[str],
    after: ReportState,
    kind: EntryKind,
    words: str,
    evidence: Sequence[Evidence] = (),
) -> None:
    with transaction.atomic():
        lock_account(report.account_id)  # as who erases it, and then closes its reports
        changed = Report.objects.filter(pk=report.pk, state__in=before)
        # With an entry of its own, a merged report is handled separately from then on.
        values = {**state_values(after), "merged_into": None}
        if not changed.update(**values):
            raise TooLateError
        write_entries([report], kind, report.account, words)
        _keep(report, evidence)
        tell_who_handed_on([report])


def state_values(after: ReportState) -> dict[str, object]:
    """The columns that change with the state: the state and its dates."""
    settled = None if after in LIVE_STATES else Now()
    return {"state": after, "changed_at": Now(), "settled_at": settled}


def _keep(report: Report, evidence: Sequence[Evidence]) -> None:
    keep_evidence(
        purpose=EvidencePurpose.REPORT, subject=report.key, files=evidence, by=report.account
    )


def write_entries(reports: Sequence[Report], kind: EntryKind, author: User, words: str) -> None:
    """Add one entry to the timeline of each of ``reports``, and to the audit trail."""
    entries = [ReportEntry(report=report, kind=kind, author=author) for report in reports]
    for entry in entries:
        entry.seal_words(words)
    ReportEntry.objects.bulk_create(entries)
    for report in reports:
        note_report(f"report_{kind}", report, author, {"cause": report.cause})


def tell_reporters(reports: Sequence[Report], kind: EntryKind) -> None:
    """Notify the students of one act of the school, without its content: each student once."""
    theirs: dict[tuple[int, int], list[Report]] = {}
    for report in reports:
        theirs.setdefault((report.account_id, report.institution_id), []).append(report)
    for first, *more in theirs.values():
        one = reverse("support:report", args=[first.key])
        notify(
            account=first.account,
            kind=NOTICES.get(kind, "report_answered"),
            path=reverse("support:reports") if more else one,
            detail={"school": first.institution.name},
        )


def note_report(act: str, report: Report, by: User, detail: dict[str, str] | None = None) -> None:
    """Record an act on ``report`` in the audit trail."""
    record_action(
        action=f"support.{act}",
        actor_id=by.pk,
        subject_type="report",
        subject_key=report.key,
        institution_code=report.institution.code,
        detail=detail,
    )
