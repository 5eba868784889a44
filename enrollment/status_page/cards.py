"""A record as shown to its holder: the card of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise

from accounts.models import User
from enrollment.fields.catalogue import BY_NAME, CARD
from enrollment.fields.checklist import CHECKLIST, PHOTO_ITEMS, labels
from enrollment.fields.display import Value, shown, value_of
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import mask_middle, mask_number
from enrollment.models import (
    Answer,
    EventKind,
    PhotoKind,
    StudentRecord,
)
from enrollment.records.sealed import certificate_number
from enrollment.status_page.queries import held_with_parts, one_held_with_parts
from enrollment.statuses import EXPLANATIONS, Explanation, Status


@dataclass(frozen=True)
class PhotoSlot:
    """One kind of photo on the card; ``key`` is None while there is none.

    ``answer`` belongs to this picture only: after a replacement the student is asked again.
    """

    kind: PhotoKind
    key: str | None
    ignored: bool
    width: int = 0
    height: int = 0
    added_on: date | None = None
    answer: Answer | None = None


@dataclass(frozen=True)
class Change:
    """One field that changed after the student had confirmed or objected to it."""

    field: str
    old: str
    new: str
    version: int

    @property
    def label(self) -> str | Promise:
        """The field's label for readers."""
        return BY_NAME[self.field].label if self.field in BY_NAME else self.field

    @property
    def old_shown(self) -> Value:
        """The old value in the card's format."""
        return shown(self.field, self.old)

    @property
    def new_shown(self) -> Value:
        """The new value in the card's format."""
        return shown(self.field, self.new)


@dataclass(frozen=True)
class GivenAnswer:
    """The student's latest answer, and the changes to its fields since."""

    key: str
    answer: Answer
    made_at: datetime | None
    wrong_fields: Sequence[str]
    changes: Sequence[Change]

    @property
    def wrong_labels(self) -> list[str]:
        """Labels of the fields objected to."""
        return labels(self.wrong_fields)


@dataclass(frozen=True)
class Happening:
    """One entry of the record's history: an event (学籍异动), or one field changed."""

    on: date | None
    event: EventKind | None = None
    status_after: Status | None = None
    note: str = ""
    change: Change | None = None


class Card:
    """What the page shows of ``record``, computed without further database queries."""

    def __init__(self, record: StudentRecord) -> None:
        self.record = record
        self.status = Status(record.status)
        self.explanation: Explanation = EXPLANATIONS[self.status]

    @cached_property
    def masked_certificate(self) -> str:
        """The certificate number with all but its first and last character hidden."""
        return mask_number(certificate_number(self.record))

    @cached_property
    def own_certificate(self) -> str:
        """The certificate number as the holder compares it, its middle hidden."""
        return mask_middle(certificate_number(self.record))

    @property
    def certificate_label(self) -> str | Promise:
        """The type of certificate in the reader's language."""
        kind = self.record.certificate_type
        return CertificateType(kind).label if kind in CertificateType else kind

    @property
    def entry_year(self) -> int | None:
        """The year that names the person's year group (2026 级)."""
        return self.record.entry_date.year if self.record.entry_date else None

    @property
    def person(self) -> dict[str, Value]:
        """The personal details besides the certificate, by field name."""
        return self._part_of_card("person")

    @property
    def study(self) -> dict[str, Value]:
        """School, major, class and student numbers, by field name."""
        return {"school": self.record.institution.name} | self._part_of_card("study")

    @property
    def dates(self) -> dict[str, Value]:
        """Entry date, length of study and leaving date, by field name."""
        dates = self._part_of_card("dates")
        if not self.status.on_the_books:
            dates["left_on"] = dates.pop("expected_leaving_date")
        return dates

    def _part_of_card(self, part: str) -> dict[str, Value]:
        return {field.name: value_of(field, self.record) for field in CARD[part]}

    @cached_property
    def photos(self) -> Sequence[PhotoSlot]:
        """One slot for each kind of photo, filled or not."""
        found = {row["kind"]: row for row in self._part("photo_rows") or ()}
        return [_slot(kind, found.get(kind), ignored=self._is_ignored(kind)) for kind in PhotoKind]

    @cached_property
    def asked(self) -> list[str]:
        """Names of the fields to be checked: the campaign's, else the default four."""
        named = [name for name in self._campaign.get("confirm") or () if name in BY_NAME]
        return named or list(CHECKLIST)

    @cached_property
    def ignored(self) -> list[str]:
        """Labels of the fields that the campaign exempts from checking."""
        return labels(self._campaign.get("ignore") or ())

    @property
    def campaign_name(self) -> str:
        """The name of the running campaign; empty when none is."""
        return str(self._campaign.get("name") or "")

    @property
    def campaign_ends(self) -> date | None:
        """The last day of the running campaign."""
        return parse_date(str(self._campaign.get("ends_on") or ""))

    @property
    def checklist(self) -> dict[str, Value]:
        """The value of each field the student is asked to check."""
        return {name: self._value(name) for name in self.asked}

    @property
    def _campaign(self) -> dict[str, Any]:
        """The running campaign; it asks nothing of people who are not on the books."""
        return (self._part("campaign") or {}) if self.status.on_the_books else {}

    def _part(self, name: str) -> Any:
        """A part fetched by the record's query; None when there is none."""
        return self.record.__dict__.get(name)

    def _is_ignored(self, kind: PhotoKind) -> bool:
        """Whether this photo needs no check: by the campaign, else by guide row 20."""
        item = PHOTO_ITEMS[kind]
        if item in (self._campaign.get("confirm") or ()):
            return False
        ignored = item in (self._campaign.get("ignore") or ())
        return ignored or kind == PhotoKind.ADMISSION

    def _value(self, name: str) -> Value:
        if name == "certificate_number":
            return self.own_certificate
        return value_of(BY_NAME[name], self.record)

    @cached_property
    def given(self) -> GivenAnswer | None:
        """The student's latest answer for this record."""
        row = self._part("confirmation")
        if not row:
            return None
        changes = [
            _change(change)
            for change in self._part("change_rows") or ()
            if change["version"] > row["version"] and change["field"] in row["fields"]
        ]
        made_at = parse_datetime(row["made_at"])
        return GivenAnswer(row["key"], Answer(row["answer"]), made_at, row["wrong_fields"], changes)

    @cached_property
    def history(self) -> Sequence[Happening]:
        """The record's events and field changes, newest first."""
        events = [
            Happening(
                on=parse_date(row["on"]),
                event=EventKind(row["kind"]),
                status_after=Status(row["status"]) if row["status"] else None,
                note=row["note"],
            )
            for row in self._part("event_rows") or ()
        ]
        changes = [
            Happening(on=_local_day(row["at"]), change=_change(row))
            for row in self._part("change_rows") or ()
        ]
        return sorted(events + changes, key=lambda one: one.on or date.min, reverse=True)


def cards_of(user: User, rows: list[tuple[Any, ...]] | None = None) -> list[Card]:
    """The cards of all records ``user`` holds, newest entry first: one query.

    No query if ``rows`` were already fetched with the session
    (``accounts.sessions.store``).
    """
    return [Card(record) for record in held_with_parts(user, rows)]


def card_of(user: User, key: UUID) -> Card | None:
    """The card of one record ``user`` holds; None for any other: one query."""
    record = one_held_with_parts(user, key)
    return Card(record) if record else None


def _slot(kind: PhotoKind, row: dict[str, Any] | None, *, ignored: bool) -> PhotoSlot:
    if row is None:
        return PhotoSlot(kind, None, ignored)
    return PhotoSlot(
        kind,
        str(row["key"]),
        ignored,
        width=int(row["width"]),
        height=int(row["height"]),
        added_on=_local_day(row["added_at"]),
        answer=Answer(row["answer"]) if row["answer"] else None,
    )


def _change(row: dict[str, Any]) -> Change:
    return Change(row["field"], row["old"], row["new"], row["version"])


def _local_day(moment: str) -> date | None:
    parsed = parse_datetime(moment)
    return timezone.localtime(parsed).date() if parsed else None
