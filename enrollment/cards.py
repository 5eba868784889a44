"""A record as its holder reads it: the card of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.card_query import with_parts
from enrollment.confirming import CHECKLIST, labels
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import mask_number
from enrollment.importing.columns import BY_NAME
from enrollment.models import (
    Answer,
    EventKind,
    PhotoKind,
    StudentRecord,
)
from enrollment.models.record import Gender
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
class Change:
    """One field changed after the student had answered for it."""

    field: str
    old: str
    new: str
    version: int

    @property
    def label(self) -> str | Promise:
        """The field's name for people."""
        return BY_NAME[self.field].label if self.field in BY_NAME else self.field

    @property
    def old_shown(self) -> Value:
        """The old value as the card writes such values."""
        return shown(self.field, self.old)

    @property
    def new_shown(self) -> Value:
        """The new value as the card writes such values."""
        return shown(self.field, self.new)


@dataclass(frozen=True)
class GivenAnswer:
    """The student's latest answer, and what has changed in its fields since."""

    key: str
    answer: Answer
    made_at: datetime | None
    wrong_fields: Sequence[str]
    changes: Sequence[Change]

    @property
    def is_stale(self) -> bool:
        """Whether a field it speaks of has another value now."""
        return bool(self.changes)

    @property
    def wrong_labels(self) -> list[str]:
        """The fields objected to, in words."""
        return labels(self.wrong_fields)


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
    def asked(self) -> list[str]:
        """Names of the fields the student is asked to check: the campaign's, else the four."""
        campaign = getattr(self.record, "campaign", None) or {}
        named = [name for name in campaign.get("confirm") or () if name in BY_NAME]
        return named or list(CHECKLIST)

    @cached_property
    def ignored(self) -> list[str]:
        """Labels of the fields that the campaign says need no checking."""
        campaign = getattr(self.record, "campaign", None) or {}
        return labels(campaign.get("ignore") or ())

    @property
    def checklist(self) -> list[tuple[str, str | Promise, Value]]:
        """Name, label and shown value of each field that is asked about."""
        return [(name, BY_NAME[name].label, self._value(name)) for name in self.asked]

    def _value(self, name: str) -> Value:
        if name == "certificate_number":
            return self.masked_certificate
        if name == "class_code":
            return self.record.school_class.code if self.record.school_class else ""
        value = getattr(self.record, name, "")
        return value if isinstance(value, date) else shown(name, str(value or ""))

    @cached_property
    def given(self) -> GivenAnswer | None:
        """The student's latest answer for this record."""
        row = getattr(self.record, "confirmation", None)
        if not row:
            return None
        changes = [
            Change(**change)
            for change in getattr(self.record, "change_rows", ())
            if change["version"] > row["version"] and change["field"] in row["fields"]
        ]
        made_at = parse_datetime(row["made_at"])
        return GivenAnswer(row["key"], Answer(row["answer"]), made_at, row["wrong_fields"], changes)

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
    return [Card(record) for record in with_parts(records_held_by(user))]


def card_of(user: User, key: UUID) -> Card | None:
    """The card of one record ``user`` holds; None for any other: one query."""
    record = with_parts(records_held_by(user).filter(key=key)).first()
    return Card(record) if record else None


def shown(name: str, stored: str) -> Value:
    """A field's stored text as a person reads it."""
    if name == "gender":
        return str(Gender(int(stored)).label) if stored.isdigit() else stored
    if name.endswith("_date"):
        return parse_date(stored) or stored
    return stored


def _slot(kind: PhotoKind, row: dict[str, str | int] | None) -> PhotoSlot:
    if row is None:
        return PhotoSlot(kind, None)
    added_at = parse_datetime(str(row["added_at"]))
    return PhotoSlot(kind, str(row["key"]), int(row["width"]), int(row["height"]), added_at)


_SOURCES: dict[PhotoKind, str | Promise] = {
    PhotoKind.ADMISSION: _("From the registration for the entrance examination"),
    PhotoKind.GRADUATION: _("From the photo collection before graduation"),
}
