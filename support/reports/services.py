"""Acts on reports: open, answer, ask back, hand on, reply, withdraw, reopen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

import audit.services as trail
from accounts.models import User
from delivery.services import queue_email
from enrollment.models import Institution, SchoolClass, StudentRecord
from support.models import LIVE_STATES, Cause, EntryKind, Report, ReportEntry, ReportState
from support.reports.causes import registry_value


class TooLateError(Exception):
    """The report is no longer in a state that allows this act; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What the person writes. ``name`` is empty where the record says it."""

    words: str
    correct: str = ""
    name: str = ""


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

    While a report of the same cause is alive that one is returned: a double
    click makes one.
    """
    school = record.institution if record else institution
    if school is None:
        raise ValueError("a report goes to a school")
    found = record.school_class if record else _class(school, class_code)
    report = Report(
        account=account, record=record, institution=school, school_class=found, cause=cause
    )
    report.seal_stated(
        name=record.name if record else statement.name,
        registry=registry_value(cause, record),
        correct=statement.correct,
    )
    try:
        with transaction.atomic():
            report.save(force_insert=True)
            _note([report], EntryKind.OPENED, account, statement.words)
    except IntegrityError:
        return Report.objects.get(
            account=account, record=record, cause=cause, state__in=LIVE_STATES
        )
    return report


def answer_reports(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """One answer to all of them; those who asked are told. Returns how many."""
    return _staff_act(reports, LIVE_STATES, ReportState.ANSWERED, EntryKind.ANSWERED, words, by)


def ask_back(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Ask the students something; they are told. Returns how many."""
    before = (ReportState.OPEN, ReportState.WITH_REGISTRAR)
    return _staff_act(reports, before, ReportState.ASKED, EntryKind.ASKED, words, by)


def hand_on(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Give them to the registrar together. Returns how many."""
    before = (ReportState.OPEN, ReportState.ASKED)
    return _staff_act(reports, before, ReportState.WITH_REGISTRAR, EntryKind.HANDED_ON, words, by)


def reply(*, report: Report, words: str) -> None:
    """The student answers the school's question. Raises TooLateError."""
    _own_act(report, (ReportState.ASKED,), ReportState.OPEN, EntryKind.REPLIED, words)


def withdraw(*, report: Report) -> None:
    """The student needs no answer any more. Raises TooLateError."""
    _own_act(report, LIVE_STATES, ReportState.WITHDRAWN, EntryKind.WITHDRAWN, "")


def reopen(*, report: Report, words: str) -> None:
    """The answer did not help. Raises TooLateError, also while a newer one is alive."""
    before = (ReportState.ANSWERED, ReportState.WITHDRAWN)
    try:
        _own_act(report, before, ReportState.OPEN, EntryKind.REOPENED, words)
    except IntegrityError as error:
        raise TooLateError from error


def note_reading(*, report: Report, by: User) -> None:
    """A member of staff has read the report."""
    trail.record(
        action="support.read_report",
        actor_id=by.pk,
        subject_type="report",
        subject_key=report.key,
        institution_code=report.institution.code,
    )


def _class(school: Institution, code: str) -> SchoolClass | None:
    return school.classes.filter(code=code).first() if code else None


def _own_act(
    report: Report, before: Sequence[str], after: ReportState, kind: EntryKind, words: str
) -> None:
    with transaction.atomic():
        changed = Report.objects.filter(pk=report.pk, state__in=before)
        if not changed.update(state=after, changed_at=Now()):
            raise TooLateError
        _note([report], kind, report.account, words)


def _staff_act(
    reports: QuerySet[Report],
    before: Sequence[str],
    after: ReportState,
    kind: EntryKind,
    words: str,
    by: User,
) -> int:
    with transaction.atomic():
        locked = reports.filter(state__in=before).select_for_update(of=("self",)).order_by("pk")
        chosen = list(locked.select_related("account", "institution"))
        values: dict[str, object] = {"state": after, "changed_at": Now()}
        if kind != EntryKind.HANDED_ON:
            values["first_answered_at"] = Coalesce("first_answered_at", Now())
        Report.objects.filter(pk__in=[report.pk for report in chosen]).update(**values)
        _note(chosen, kind, by, words)
        if kind != EntryKind.HANDED_ON:
            for report in chosen:
                _tell(report)
    return len(chosen)


def _note(reports: Sequence[Report], kind: EntryKind, author: User, words: str) -> None:
    entries = [ReportEntry(report=report, kind=kind, author=author) for report in reports]
    for entry in entries:
        entry.seal_words(words)
    ReportEntry.objects.bulk_create(entries)
    for report in reports:
        trail.record(
            action=f"support.report_{kind}",
            actor_id=author.pk,
            subject_type="report",
            subject_key=report.key,
            institution_code=report.institution.code,
            detail={"cause": report.cause},
        )


def _tell(report: Report) -> None:
    """An e-mail that says there is an answer, and nothing of what it is about."""
    if not report.account.email:
        return
    address = settings.SITE_URL + reverse("support:report", args=[report.key])
    with translation.override(settings.LANGUAGE_CODE):
        queue_email(
            to=report.account.email,
            subject=_("Your school has answered your report"),
            text=render_to_string("support/email/answer.txt", {"address": address}),
            purpose="report_answer",
            account_id=report.account_id,
        )
