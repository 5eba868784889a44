"""What a counselor handed on together: its state, and the notice once all is settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from support.models import LIVE_STATES, Cause, Report, ReportBatch, ReportState

NAMED = 3  # classes of a batch that are named


@dataclass(frozen=True)
class Contents:
    """What a batch is about: some of its classes ("" for none), how many more, its causes."""

    classes: list[str]
    more: int
    causes: list[Cause]


def batches_handed_on_by(counselor: User) -> QuerySet[ReportBatch]:
    """What ``counselor`` handed on, newest first, with how many of how many are settled."""
    listed = Q(reports__merged_into=None)
    settled = listed & Q(reports__state__in=(ReportState.ANSWERED, ReportState.WITHDRAWN))
    found = ReportBatch.objects.filter(handed_on_by=counselor).order_by("-pk")
    counted = found.annotate(
        total=Count("reports", filter=listed), settled=Count("reports", filter=settled)
    )
    return counted.filter(total__gt=0)


def contents_of(batches: Sequence[ReportBatch]) -> dict[int, Contents]:
    """What each of ``batches`` is about, by primary key: one query."""
    listed = Report.objects.filter(batch__in=[batch.pk for batch in batches], merged_into=None)
    codes: dict[int, set[str]] = {}
    causes: dict[int, set[str]] = {}
    for pk, code, cause in listed.values_list("batch", "school_class__code", "cause").distinct():
        codes.setdefault(pk, set()).add(code or "")
        causes.setdefault(pk, set()).add(cause)
    return {
        pk: Contents(
            sorted(codes.get(pk, ()))[:NAMED],
            max(len(codes.get(pk, ())) - NAMED, 0),
            [cause for cause in Cause if cause in causes.get(pk, ())],
        )
        for pk in (batch.pk for batch in batches)  # whose reports may have gone meanwhile
    }


def tell_who_handed_on(reports: Sequence[Report]) -> None:
    """One notice to the counselor for each batch whose last live report is among ``reports``.

    None for a batch that has no report any more: all of it was handed on again, in another one.
    """
    keys = {report.batch_id for report in reports if report.batch_id}
    if not keys:
        return
    within = Report.objects.filter(batch__in=keys)
    open_ones = ReportBatch.objects.filter(pk__in=within.values("batch"), settled_at=None)
    done = open_ones.exclude(pk__in=within.filter(state__in=LIVE_STATES).values("batch"))
    for batch in done.select_related("handed_on_by"):
        settled = ReportBatch.objects.filter(pk=batch.pk, settled_at=None)
        if settled.update(settled_at=Now()) and batch.handed_on_by is not None:
            path = f"{reverse('support:queue')}?state=all&batch={batch.key}"
            notify(account=batch.handed_on_by, kind="batch_settled", path=path)
