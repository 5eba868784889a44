"""Everything a card shows, fetched with the record in one query."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractYear, JSONObject
from django.utils import timezone

from enrollment.models import (
    Campaign,
    Confirmation,
    FieldChange,
    Photo,
    RecordEvent,
    StudentRecord,
)

KEPT_CHANGES = 50  # the newest; a record changes a few times in its life


def with_parts(records: QuerySet[StudentRecord]) -> QuerySet[StudentRecord]:
    """``records`` with photos, events, answer, changes and campaign: all in their one query."""
    parts = _parts(timezone.localdate())
    return records.select_related("institution", "school_class").annotate(**parts)


@lru_cache(maxsize=2)
def _parts(today: date) -> dict[str, Subquery]:
    """The subqueries, built once a day: building them costs as much as asking them."""
    photos = Photo.objects.filter(record=OuterRef("pk")).values(
        row=JSONObject(kind="kind", key="key", width="width", height="height", added_at="added_at")
    )
    events = (
        RecordEvent.objects.filter(record=OuterRef("pk"))
        .order_by("-happened_on", "-pk")
        .values(row=JSONObject(kind="kind", on="happened_on", status="status_after", note="note"))
    )
    given = (
        Confirmation.objects.filter(record=OuterRef("pk"))
        .order_by("-pk")
        .values(
            row=JSONObject(
                key="key", version="version", answer="answer", fields="fields",
                wrong_fields="wrong_fields", made_at="made_at",
            )
        )[:1]
    )  # fmt: skip
    changes = (
        FieldChange.objects.filter(record=OuterRef("pk"))
        .order_by("-pk")
        .values(row=JSONObject(field="field", old="old", new="new", version="version"))
    )
    return {
        "photo_rows": ArraySubquery(photos),
        "event_rows": ArraySubquery(events),
        "change_rows": ArraySubquery(changes[:KEPT_CHANGES]),
        "confirmation": Subquery(given, output_field=JSONField()),
        "campaign": Subquery(_campaign(today), output_field=JSONField()),
    }


def _campaign(today: date) -> QuerySet[Campaign, Any]:
    """The campaign that runs today for a record; one for its year before one for all."""
    return (
        Campaign.objects.filter(
            Q(entry_year=None) | Q(entry_year=ExtractYear(OuterRef("entry_date"))),
            institution=OuterRef("institution"),
            starts_on__lte=today,
            ends_on__gte=today,
        )
        .order_by(F("entry_year").asc(nulls_last=True), "-pk")
        .values(row=JSONObject(confirm="confirm_fields", ignore="ignore_fields"))[:1]
    )
