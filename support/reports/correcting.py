"""What a report asks for is done: the record is corrected, or the province is asked."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.password_state import lock_accounts
from enrollment.models import Correction, CorrectionState
from enrollment.queries import of_present_person
from enrollment.records.corrections.services import (
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from enrollment.records.corrections.values import Change, NotCorrectableError
from support.models import LIVE_STATES, Cause, EntryKind, Report, ReportState
from support.reports.batches import tell_who_handed_on
from support.reports.services import TooLateError, state_values, tell_reporters, write_entries

# The field that a cause names; with other causes the registrar chooses.
FIELDS = {
    Cause.NAME: "name",
    Cause.GENDER: "gender",
    Cause.BIRTH_DATE: "birth_date",
    Cause.CERTIFICATE: "certificate_number",
    Cause.MAJOR: "major_name",
}


NO_REPORT = UUID(int=0)
NOT_THEIRS = _(
    "The record has become another person's since, so it is not corrected by this report."
)


class NoRecordError(Exception):
    """The report is about no record, so there is nothing to correct."""


def accept_correction(*, report: Report, change: Change, words: str, by: User) -> Correction:
    """Correct the record as the report asks and answer it, or wait for the province.

    Raises NoRecordError, enrollment.records.corrections.values.NotCorrectableError,
    AlreadyAskedError, and TooLateError once the report is settled or withdrawn; nothing was
    changed then.
    """
    if report.record is None:
        raise NoRecordError
    with transaction.atomic():
        asked = _locked(Report.objects.filter(pk=report.pk), report.record_id)
        if not any(found.state in LIVE_STATES for found in asked):
            raise TooLateError
        made = correct_record(
            record=report.record, change=change, by=by, report=report.key, answered=report.account
        )
        # Asked now, when no file can give the record to another person any more.
        if not is_of_present_person(report):
            raise NotCorrectableError(str(NOT_THEIRS))
        if made.state == CorrectionState.APPLIED:
            after, kind = ReportState.ANSWERED, EntryKind.CORRECTED
        else:
            after, kind = ReportState.WITH_REGISTRAR, EntryKind.SUBMITTED
        _move([report], after, kind, words, by)
        _tell([report], kind)
    return made


def is_of_present_person(report: Report) -> bool:
    """Whether the record of ``report`` has not become another person's since it was opened."""
    return Report.objects.filter(of_present_person("opened_at"), pk=report.pk).exists()


def enter_results(
    *, corrections: Iterable[Correction], answer: ProvinceAnswer, by: User
) -> tuple[int, list[str]]:
    """Enter one answer of the province for many; how many, and why the others were not.

    Each is settled with its report by itself, so that an error loses that one alone. Who asked for
    several of them is told once.
    """
    number = 0
    refused: list[str] = []
    answered: list[Report] = []
    try:
        for correction in sorted(corrections, key=lambda one: (one.record_id, one.pk)):
            try:
                reports = _settle(correction, answer, by)
            except NotCorrectableError as error:
                refused.append(f"{correction.record.name}: {error.message}")
                continue
            if reports is not None:
                number += 1
                answered += reports
    finally:
        with transaction.atomic():
            _tell(answered, _entry_kind(answer))
    return number, refused


def enter_result(*, correction: Correction, answer: ProvinceAnswer, by: User) -> bool:
    """The province has answered: correct the record or leave it, and tell who asked.

    False when another person has entered the answer. Raises
    enrollment.records.corrections.values.NotCorrectableError; nothing was changed then.
    """
    with transaction.atomic():
        reports = _settle(correction, answer, by)
        if reports is None:
            return False
        _tell(reports, _entry_kind(answer))
    return True


@transaction.atomic
def _settle(correction: Correction, answer: ProvinceAnswer, by: User) -> list[Report] | None:
    """The report that is answered so, if there is one; None if another person entered it before."""
    asked = Report.objects.filter(key=correction.report or NO_REPORT)
    reports = _locked(asked, correction.record_id)
    answered = reports[0].account if reports else None
    if not settle_submission(correction=correction, answer=answer, by=by, answered=answered):
        return None
    _move(reports, ReportState.ANSWERED, _entry_kind(answer), "", by)
    return reports


def _locked(reports: QuerySet[Report], record: int | None) -> list[Report]:
    """The reports, locked, after their accounts and the one that holds the record."""
    holders = User.objects.filter(held_records=record).values_list("pk", flat=True)
    lock_accounts([*holders, *reports.values_list("account", flat=True)])
    locked = reports.select_for_update(of=("self",), no_key=True)
    return list(locked.select_related("account", "institution"))


def _entry_kind(answer: ProvinceAnswer) -> EntryKind:
    return EntryKind.CORRECTED if answer.accepted else EntryKind.REFUSED


def _move(
    reports: Sequence[Report], after: ReportState, kind: EntryKind, words: str, by: User
) -> None:
    first = {"first_answered_at": Coalesce("first_answered_at", Now())}
    moved = Report.objects.filter(pk__in=[report.pk for report in reports])
    moved.update(**state_values(after), **first)
    write_entries(reports, kind, by, words)


def _tell(reports: Sequence[Report], kind: EntryKind) -> None:
    tell_reporters(reports, kind)
    tell_who_handed_on(reports)
