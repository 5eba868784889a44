"""A record as its holder reads it: the card of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import mask_number
from enrollment.models import EventKind, Photo, PhotoKind, RecordEvent, StudentRecord
from enrollment.queries import records_held_by
from enrollment.sealed import certificate_number
from enrollment.statuses import EXPLANATIONS, Explanation, Status

Value = str | date | None
Row = tuple[str | Promise, Value]


@dataclass(frozen=True)
class PhotoSlot:
    """The place of one photograph; ``key`` is None while there is none."""

    kind: PhotoKind
    key: str | None
    width: int = 0
    height: int = 0
    added_at: datetime | None = None

    @property
    def source(self) -> str | Promise:
        """Where such photographs come from (guide rows 23, 24)."""
        return _SOURCES[self.kind]


@dataclass(frozen=True)
class Happening:
    """An event of the record's life, in words."""

    kind: str | Promise
    on: date | None
    status_after: str
    note: str


class Card:
    """What the page shows of ``record``; it asks the database nothing more."""

    def __init__(self, record: StudentRecord) -> None:
        self.record = record
        self.status = Status(record.status)
        self.explanation: Explanation = EXPLANATIONS[self.status]

    @cached_property
    def masked_certificate(self) -> str:
        """The certificate number with all but its ends starred out."""
        return mask_number(certificate_number(self.record))

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
    def person(self) -> list[Row]:
        """The items of the person beside the certificate."""
        record = self.record
        return [
            (_("Name"), record.name),
            (_("Gender"), record.get_gender_display()),
            (_("Date of birth"), record.birth_date),
        ]

    @property
    def study(self) -> list[Row]:
        """School, subject, class and numbers."""
        record = self.record
        school_class = record.school_class.code if record.school_class else ""
        rows: list[Row] = [
            (_("School"), record.institution.name),
            (_("College"), record.college),
            (_("Department"), record.department),
            (_("Major"), record.major_name),
            (_("Class"), school_class),
            (_("Level"), record.level),
            (_("Mode of study"), record.study_mode),
            (_("Type of education"), record.education_type),
            (_("Student number"), record.student_number),
            (_("Candidate number"), record.candidate_number),
        ]
        return [row for row in rows if row[1]]

    @property
    def dates(self) -> list[Row]:
        """From when until when."""
        record = self.record
        leaving = _("Expected graduation") if self.status.on_the_books else _("Left on")
        years = format(record.schooling_years.normalize(), "f") if record.schooling_years else ""
        rows: list[Row] = [
            (_("Date of entry"), record.entry_date),
            (_("Years of schooling"), _("%(years)s years") % {"years": years} if years else ""),
            (leaving, record.expected_leaving_date),
        ]
        return [row for row in rows if row[1]]

    @cached_property
    def photos(self) -> Sequence[PhotoSlot]:
        """Both places, filled or not."""
        found = {row["kind"]: row for row in getattr(self.record, "photo_rows", ())}
        return [_slot(kind, found.get(kind)) for kind in PhotoKind]

    @cached_property
    def events(self) -> Sequence[Happening]:
        """What happened to the record, newest first."""
        return [
            Happening(
                kind=EventKind(row["kind"]).label,
                on=parse_date(row["on"]),
                status_after=row["status"],
                note=row["note"],
            )
            for row in getattr(self.record, "event_rows", ())
        ]


def cards_of(user: User) -> list[Card]:
    """The cards of all records ``user`` holds, newest entry first: one query."""
    return [Card(record) for record in _with_parts(records_held_by(user))]


def card_of(user: User, key: UUID) -> Card | None:
    """The card of one record ``user`` holds; None for any other: one query."""
    record = _with_parts(records_held_by(user).filter(key=key)).first()
    return Card(record) if record else None


def _with_parts(records: QuerySet[StudentRecord]) -> QuerySet[StudentRecord]:
    photos = Photo.objects.filter(record=OuterRef("pk")).values(
        row=JSONObject(kind="kind", key="key", width="width", height="height", added_at="added_at")
    )
    events = (
        RecordEvent.objects.filter(record=OuterRef("pk"))
        .order_by("-happened_on", "-pk")
        .values(row=JSONObject(kind="kind", on="happened_on", status="status_after", note="note"))
    )
    return records.select_related("institution", "school_class").annotate(
        photo_rows=ArraySubquery(photos), event_rows=ArraySubquery(events)
    )


def _slot(kind: PhotoKind, row: dict[str, str | int] | None) -> PhotoSlot:
    if row is None:
        return PhotoSlot(kind, None)
    added_at = parse_datetime(str(row["added_at"]))
    return PhotoSlot(kind, str(row["key"]), int(row["width"]), int(row["height"]), added_at)


_SOURCES: dict[PhotoKind, str | Promise] = {
    PhotoKind.ADMISSION: _("From the registration for the entrance examination"),
    PhotoKind.GRADUATION: _("From the photo collection before graduation"),
}
