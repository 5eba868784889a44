"""Acts of staff on problem reports: answer, ask back, hand on, merge, separate."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from accounts.password_state import lock_accounts
from support.models import LIVE_STATES, EntryKind, Report, ReportBatch, ReportState
from support.reports.batches import tell_who_handed_on
from support.reports.services import note_report, state_values, tell_reporters, write_entries


def answer_reports(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Answer all ``reports`` and notify the students. Returns the number answered."""
    return _staff_act(reports, LIVE_STATES, ReportState.ANSWERED, EntryKind.ANSWERED, words, by)


def ask_back(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Ask the students a question and notify them. Returns the number of reports."""
    before = (ReportState.OPEN, ReportState.WITH_REGISTRAR)
    return _staff_act(reports, before, ReportState.ASKED, EntryKind.ASKED, words, by)


def hand_on(*, reports: QuerySet[Report], words: str, by: User) -> int:
    """Give them to the registrar as one batch for each school. Returns the number of reports."""
    with transaction.atomic():
        chosen = _locked(reports, (ReportState.OPEN, ReportState.ASKED))
        for school in sorted({report.institution_id for report in chosen}):
            batch = ReportBatch.objects.create(institution_id=school, handed_on_by=by)
            theirs = [report.pk for report in chosen if report.institution_id == school]
            Report.objects.filter(pk__in=theirs).update(batch=batch)
        return _done(chosen, ReportState.WITH_REGISTRAR, EntryKind.HANDED_ON, words, by)


def merge_reports(*, reports: QuerySet[Report], by: User) -> int:
    """Merge several reports: every later act on the oldest is done on all. Returns their number.

    Only two or more live reports of one cause and school can be merged; otherwise returns 0.
    """
    with transaction.atomic():
        locked = reports.filter(state__in=LIVE_STATES, merged_into=None)
        rows = locked.select_for_update(of=("self",)).select_related("institution")
        chosen = list(rows.order_by("pk"))
        alike = {(report.cause, report.institution_id) for report in chosen}
        if len(chosen) < 2 or len(alike) != 1:
            return 0
        first, *others = chosen
        joining = Q(pk__in=[report.pk for report in others]) | Q(merged_into__in=others)
        Report.objects.filter(joining).update(merged_into=first)
        for report in others:
            note_report("merge_report", report, by, {"into": str(first.key)})
    return len(chosen)


def separate_report(*, report: Report, by: User) -> None:
    """End the merging of ``report`` with the oldest, or of all others with it."""
    with transaction.atomic():
        merged = Report.objects.filter(Q(pk=report.pk) | Q(merged_into=report))
        rows = merged.exclude(merged_into=None).select_for_update(of=("self",))
        leaving = list(rows.select_related("institution").order_by("pk"))
        Report.objects.filter(pk__in=[report.pk for report in leaving]).update(merged_into=None)
        for one in leaving:
            note_report("separate_report", one, by)


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
        return _done(_locked(reports, before), after, kind, words, by)


def _locked(reports: QuerySet[Report], before: Sequence[str]) -> list[Report]:
    """Those of ``reports`` in a state of ``before``, and all merged with them, locked.

    Their accounts are locked first, as by who erases one and then closes its reports.
    """
    meant = _with_merged(reports).filter(state__in=before)
    lock_accounts(meant.values_list("account", flat=True))
    locked = meant.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.select_related("account", "institution"))


def _done(
    chosen: Sequence[Report], after: ReportState, kind: EntryKind, words: str, by: User
) -> int:
    values = state_values(after)
    if kind != EntryKind.HANDED_ON:
        values["first_answered_at"] = Coalesce("first_answered_at", Now())
    Report.objects.filter(pk__in=[report.pk for report in chosen]).update(**values)
    write_entries(chosen, kind, by, words)
    if kind != EntryKind.HANDED_ON:
        tell_reporters(chosen, kind)
    tell_who_handed_on(chosen)
    return len(chosen)
