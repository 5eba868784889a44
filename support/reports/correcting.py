"""What a report asks for is done: the record is corrected, or the province is asked."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from enrollment.models import Correction, CorrectionState
from enrollment.records.corrections import (
    Change,
    NotCorrectableError,
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from support.models import Cause, EntryKind, Report, ReportState
from support.reports.batches import tell_who_handed_on
from support.reports.services import state_values, tell_reporters, write_entries

# The field that a cause names; with other causes the registrar chooses.
FIELDS = {
    Cause.NAME: "name",
    Cause.GENDER: "gender",
    Cause.BIRTH_DATE: "birth_date",
    Cause.CERTIFICATE: "certificate_number",
    Cause.MAJOR: "major_name",
}


NO_REPORT = UUID(int=0)


class NoRecordError(Exception):
    """The report is about no record, so there is nothing to correct."""


def accept_correction(*, report: Report, change: Change, words: str, by: User) -> Correction:
    """Correct the record as the report asks and answer it, or wait for the province.

    Raises NoRecordError, enrollment.records.corrections.NotCorrectableError and
    AlreadyAskedError; nothing was changed then.
    """
    if report.record is None:
        raise NoRecordError
    with transaction.atomic():
        made = correct_record(
            record=report.record, change=change, by=by, report=report.key, answered=report.account
        )
        if made.state == CorrectionState.APPLIED:
            _move([report], ReportState.ANSWERED, EntryKind.CORRECTED, words, by)
        else:
            _move([report], ReportState.WITH_REGISTRAR, EntryKind.SUBMITTED, words, by)
    return made


def enter_results(
    *, corrections: Iterable[Correction], answer: ProvinceAnswer, by: User
) -> tuple[int, list[str]]:
    """Enter one answer of the province for many; how many, and why the others were not.

    Who asked for several of them is told once.
    """
    entered: list[Correction] = []
    refused: list[str] = []
    with transaction.atomic():
        for correction in corrections:
            try:
                if _settle(correction, answer, by):
                    entered.append(correction)
            except NotCorrectableError as error:
                refused.append(f"{correction.record.name}: {error.message}")
        _answer_reports(entered, answer, by)
    return len(entered), refused


def enter_result(*, correction: Correction, answer: ProvinceAnswer, by: User) -> bool:
    """The province has answered: correct the record or leave it, and tell who asked.

    False when another person has entered the answer. Raises
    enrollment.records.corrections.NotCorrectableError; nothing was changed then.
    """
    with transaction.atomic():
        if not _settle(correction, answer, by):
            return False
        _answer_reports([correction], answer, by)
    return True


@transaction.atomic
def _settle(correction: Correction, answer: ProvinceAnswer, by: User) -> bool:
    report = Report.objects.filter(key=correction.report or NO_REPORT).first()
    answered = report.account if report else None
    return settle_submission(correction=correction, answer=answer, by=by, answered=answered)


def _answer_reports(corrections: Sequence[Correction], answer: ProvinceAnswer, by: User) -> None:
    keys = [correction.report for correction in corrections if correction.report]
    reports = Report.objects.filter(key__in=keys).select_related("account", "institution")
    kind = EntryKind.CORRECTED if answer.accepted else EntryKind.REFUSED
    _move(list(reports.order_by("pk")), ReportState.ANSWERED, kind, "", by)


def _move(
    reports: Sequence[Report], after: ReportState, kind: EntryKind, words: str, by: User
) -> None:
    first = {"first_answered_at": Coalesce("first_answered_at", Now())}
    moved = Report.objects.filter(pk__in=[report.pk for report in reports])
    moved.update(**state_values(after), **first)
    write_entries(reports, kind, by, words)
    tell_reporters(reports, kind)
    tell_who_handed_on(reports)
