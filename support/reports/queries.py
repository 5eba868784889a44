"""Which reports a person may read."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from enrollment.queries import institutions_of
from support.models import LIVE_STATES, Cause, Report, ReportBatch, ReportState

Reader = User | AnonymousUser


def reports_of(reader: Reader) -> QuerySet[Report]:
    """The reports this account opened, newest first."""
    if not isinstance(reader, User):
        return Report.objects.none()
    return Report.objects.filter(account=reader).order_by("-changed_at")


def reports_visible_to(reader: Reader) -> QuerySet[Report]:
    """A counselor's classes, a registrar's institutions; scope is read anew each time."""
    if not isinstance(reader, User):
        return Report.objects.none()
    scope = Q(pk__in=())
    if Role.COUNSELOR in reader.roles:
        scope |= Q(school_class__in=reader.counselor_of.values("school_class"))
    if Role.REGISTRAR in reader.roles:
        scope |= Q(institution__in=reader.registrar_of.values("institution"))
    return Report.objects.filter(scope)


def queue_of(reader: User) -> QuerySet[Report]:
    """What waits for this member of staff: by cause and class, oldest first.

    A counselor has what is open; a registrar what was handed on, and what has
    no class and so no counselor.
    """
    turn = Q(pk__in=())
    if Role.COUNSELOR in reader.roles:
        turn |= Q(state=ReportState.OPEN)
    if Role.REGISTRAR in reader.roles:
        turn |= Q(state=ReportState.WITH_REGISTRAR)
        turn |= Q(state=ReportState.OPEN, school_class__counselors=None)
    waiting = reports_visible_to(reader).filter(turn, state__in=LIVE_STATES, merged_into=None)
    return (
        Report.objects.filter(pk__in=waiting.values("pk"))
        .select_related("school_class", "institution", "record")
        .annotate(alike=Count("merged", filter=Q(merged__state__in=LIVE_STATES)))
        .order_by("cause", F("school_class__code").asc(nulls_last=True), "opened_at")
    )


def narrowed(
    reports: QuerySet[Report], *, cause: str = "", college: str = "", batch: str = ""
) -> QuerySet[Report]:
    """Those of ``reports`` with this cause, college and batch; "" for any."""
    if cause in Cause.values:
        reports = reports.filter(cause=cause)
    if college:
        reports = reports.filter(school_class__college=college)
    if batch:
        reports = reports.filter(batch__key=batch) if is_key(batch) else reports.none()
    return reports


def batches_visible_to(reader: User) -> QuerySet[ReportBatch]:
    """The batches that wait for a registrar, oldest first, with how many are live."""
    live = Count("reports", filter=Q(reports__state__in=LIVE_STATES))
    found = ReportBatch.objects.filter(institution__in=institutions_of(reader))
    return (
        found.annotate(live=live).filter(live__gt=0).select_related("handed_on_by").order_by("pk")
    )


def is_key(text: str) -> bool:
    """Whether ``text`` can be a key."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
