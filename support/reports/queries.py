"""Which reports a person may read."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.offices import classes_of, institutions_of
from support.models import LIVE_STATES, Cause, EntryKind, Report, ReportBatch

Reader = User | AnonymousUser
# What the person, not the school, has written.
OF_PERSON = (EntryKind.OPENED, EntryKind.REPLIED, EntryKind.ADDED, EntryKind.REOPENED)


def reports_of(reader: Reader) -> QuerySet[Report]:
    """The reports this account opened, newest first."""
    if not isinstance(reader, User):
        return Report.objects.none()
    return Report.objects.filter(account=reader).order_by("-changed_at")


def reports_visible_to(reader: Reader) -> QuerySet[Report]:
    """A counselor's classes, a registrar's institutions; scope is read on each request."""
    if not isinstance(reader, User):
        return Report.objects.none()
    scope = Q(school_class__in=classes_of(reader)) | Q(institution__in=institutions_of(reader))
    return Report.objects.filter(scope)


def live_report(account: User, cause: Cause, record: StudentRecord | None) -> Report | None:
    """The report of this cause that ``account`` has open; there is at most one."""
    found = Report.objects.filter(
        account=account, record=record, cause=cause, state__in=LIVE_STATES
    )
    return found.first()


def words_of_person(report: Report) -> list[str]:
    """Everything the person has written in ``report``, oldest first."""
    return [entry.words for entry in report.entries.filter(kind__in=OF_PERSON).order_by("pk")]


def batches_visible_to(reader: User) -> QuerySet[ReportBatch]:
    """The batches that wait for a registrar, oldest first, with how many are live.

    Reports that were merged into another one are not counted, as in the list.
    """
    live = Count("reports", filter=Q(reports__state__in=LIVE_STATES, reports__merged_into=None))
    found = ReportBatch.objects.filter(institution__in=institutions_of(reader))
    return (
        found.annotate(live=live)
        .filter(live__gt=0)
        .select_related("handed_on_by", "institution")
        .order_by("pk")
    )


def is_key(text: str) -> bool:
    """Whether ``text`` can be a key."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
