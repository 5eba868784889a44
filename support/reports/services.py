"""Acts on reports: open, answer, ask back, hand on, reply, withdraw, reopen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from audit.services import record_action
from enrollment.files.evidence import Evidence, evidence_of, keep_evidence
from enrollment.models import EvidencePurpose, Institution, StudentRecord
from support.models import (
    LIVE_STATES,
    Cause,
    EntryKind,
    Report,
    ReportBatch,
    ReportEntry,
    ReportState,
)
from support.reports.batches import tell_who_handed_on
from support.reports.causes import registry_value
from support.reports.classes import class_of
from support.reports.queries import live_report, words_of_person

# The notice that tells the student of an act; every other act is an answer.
NOTICES = {
    EntryKind.ASKED: "report_question",
    EntryKind.CORRECTED: "report_corrected",
    EntryKind.SUBMITTED: "report_submitted",
}


class TooLateError(Exception):
    """The report is no longer in a state that allows this act; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What the person writes. ``name`` is empty where the record says it."""

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
    """Tell the school of ``record``, or ``institution``, what is wrong.

    While a report of the same cause is alive, what is new is added to that one; equal
    content is a double click and adds nothing. Raises EvidenceFaultError when that report
    has no room for the files.
    """
    school = record.institution if record else institution
    if school is None:
        raise ValueError("a report goes to a school")
    report = Report(account=account, record=record, institution=school, cause=cause)
    report.school_class = (
        record.school_class
        if record
        else class_of(school=school, account=account, written=class_code)
    )
    report.seal_stated(
        name=record.name if record else statement.name,
        registry=registry_value(cause, record),
        correct=statement.correct,
        class_written=class_code,
    )
    try:
        with transaction.atomic():
            report.save(force_insert=True)
            write_entries([report], EntryKind.OPENED, account, statement.words)
            _keep(report, statement.evidence)
    except IntegrityError:
        return _add_to_live(report, statement)
    return report


def answer_reports(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """One answer to all of them; those who asked are told. Returns how many."""
    return _staff_act(reports, LIVE_STATES, ReportState.ANSWERED, EntryKind.ANSWERED, words, by)


def ask_back(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Ask the students something; they are told. Returns how many."""
    before = (ReportState.OPEN, ReportState.WITH_REGISTRAR)
    return _staff_act(reports, before, ReportState.ASKED, EntryKind.ASKED, words, by)


def hand_on(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Give them to the registrar as one batch for each school. Returns how many."""
    before = (ReportState.OPEN, ReportState.ASKED)
    with transaction.atomic():
        for school in Institution.objects.filter(problem_reports__in=reports).distinct():
            batch = ReportBatch.objects.create(institution=school, handed_on_by=by)
            theirs = _with_merged(reports).filter(institution=school, state__in=before)
            Report.objects.filter(pk__in=theirs.values("pk")).update(batch=batch)
        after, kind = ReportState.WITH_REGISTRAR, EntryKind.HANDED_ON
        return _staff_act(reports, before, after, kind, words, by)


def merge_reports(*, reports: QuerySet[Report], by: User) -> int:
    """Make several alike one: what is done with the oldest is done with all. Returns how many.

    Only live ones of one cause and school can be one; 0 when they are not.
    """
    with transaction.atomic():
        locked = reports.filter(state__in=LIVE_STATES, merged_into=None)
        rows = locked.select_for_update(of=("self",)).select_related("institution")
        chosen = list(rows.order_by("pk"))
        if len({(report.cause, report.institution_id) for report in chosen}) != 1:
            return 0
        first, *others = chosen
        Report.objects.filter(Q(pk__in=_keys(others)) | Q(merged_into__in=others)).update(
            merged_into=first
        )
        for report in others:
            _note("merge_report", report, by, {"into": str(first.key)})
    return len(chosen)


def separate_report(*, report: Report, by: User) -> None:
    """Take a report out of those it was merged with, or them out of it."""
    with transaction.atomic():
        merged = Report.objects.filter(Q(pk=report.pk) | Q(merged_into=report))
        rows = merged.exclude(merged_into=None).select_for_update(of=("self",))
        leaving = list(rows.select_related("institution").order_by("pk"))
        Report.objects.filter(pk__in=_keys(leaving)).update(merged_into=None)
        for one in leaving:
            _note("separate_report", one, by)


def reply(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """The student answers the school's question; its asker reads it. Raises TooLateError."""
    after = ReportState.WITH_REGISTRAR if _registrar_asked(report) else ReportState.OPEN
    _own_act(report, (ReportState.ASKED,), after, EntryKind.REPLIED, words, evidence)


def _registrar_asked(report: Report) -> bool:
    asked = report.entries.filter(kind=EntryKind.ASKED).order_by("-pk").first()
    if asked is None or report.school_class is None:
        return False
    return not report.school_class.counselors.filter(user=asked.author_id).exists()


def add(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """The student adds something; a question of the school is answered by it.

    Raises TooLateError once the report is settled, EvidenceFaultError for too many files.
    """
    if report.state == ReportState.ASKED:
        reply(report=report, words=words, evidence=evidence)
        return
    before = (ReportState.OPEN, ReportState.WITH_REGISTRAR)
    after = ReportState(report.state)
    _own_act(report, before, after, EntryKind.ADDED, words, evidence)


def withdraw(*, report: Report) -> None:
    """The student needs no answer any more. Raises TooLateError."""
    _own_act(report, LIVE_STATES, ReportState.WITHDRAWN, EntryKind.WITHDRAWN, "")


def reopen(*, report: Report, words: str, evidence: Sequence[Evidence] = ()) -> None:
    """The answer did not help. Raises TooLateError, also while a newer one is alive."""
    before = (ReportState.ANSWERED, ReportState.WITHDRAWN)
    try:
        _own_act(report, before, ReportState.OPEN, EntryKind.REOPENED, words, evidence)
    except IntegrityError as error:
        raise TooLateError from error


def _add_to_live(second: Report, statement: Statement) -> Report:
    """Add what ``second`` brings to the live report of its cause, which is returned."""
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
    if first.school_class is None:
        first.school_class = second.school_class
    with transaction.atomic():
        first.save(update_fields=["stated_sealed", "name_hash", "school_class"])
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
        changed = Report.objects.filter(pk=report.pk, state__in=before)
        # Somebody with something of their own to say stands for themselves again.
        values = {**state_values(after), "merged_into": None}
        if not changed.update(**values):
            raise TooLateError
        write_entries([report], kind, report.account, words)
        _keep(report, evidence)
        tell_who_handed_on([report])


def state_values(after: ReportState) -> dict[str, object]:
    """What is written beside a new state: when it changed, and whether that settles it."""
    settled = None if after in LIVE_STATES else Now()
    return {"state": after, "changed_at": Now(), "settled_at": settled}


def _keep(report: Report, evidence: Sequence[Evidence]) -> None:
    keep_evidence(
        purpose=EvidencePurpose.REPORT, subject=report.key, files=evidence, by=report.account
    )


def _with_merged(reports: QuerySet[Report]) -> QuerySet[Report]:
    keys = reports.values("pk")
    return Report.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys))


def _staff_act(
    reports: QuerySet[Report],
    before: Sequence[str],
    after: ReportState,
    kind: EntryKind,
    words: str,
    by: User,
) -> int:
    with transaction.atomic():
        meant = _with_merged(reports).filter(state__in=before)
        locked = meant.select_for_update(of=("self",)).order_by("pk")
        chosen = list(locked.select_related("account", "institution"))
        values = state_values(after)
        if kind != EntryKind.HANDED_ON:
            values["first_answered_at"] = Coalesce("first_answered_at", Now())
        Report.objects.filter(pk__in=_keys(chosen)).update(**values)
        write_entries(chosen, kind, by, words)
        if kind != EntryKind.HANDED_ON:
            for report in chosen:
                tell_reporter(report, kind)
        tell_who_handed_on(chosen)
    return len(chosen)


def write_entries(reports: Sequence[Report], kind: EntryKind, author: User, words: str) -> None:
    """Add one line to the timeline of each of ``reports``, and to the trail."""
    entries = [ReportEntry(report=report, kind=kind, author=author) for report in reports]
    for entry in entries:
        entry.seal_words(words)
    ReportEntry.objects.bulk_create(entries)
    for report in reports:
        _note(f"report_{kind}", report, author, {"cause": report.cause})


def tell_reporter(report: Report, kind: EntryKind) -> None:
    """One notice that says what is wanted of the student, and nothing of what it is about."""
    notify(
        account=report.account,
        kind=NOTICES.get(kind, "report_answered"),
        path=reverse("support:report", args=[report.key]),
        detail={"school": report.institution.name},
    )


def _keys(reports: Sequence[Report]) -> list[int]:
    return [report.pk for report in reports]


def _note(act: str, report: Report, by: User, detail: dict[str, str] | None = None) -> None:
    record_action(
        action=f"support.{act}",
        actor_id=by.pk,
        subject_type="report",
        subject_key=report.key,
        institution_code=report.institution.code,
        detail=detail,
    )
