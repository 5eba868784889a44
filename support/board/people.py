"""The people of a class: the progress of each, when reminded, and what they have reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.masking import masked_phone
from delivery.models import Status
from delivery.outbox.queries import Delivery, deliveries_of
from enrollment.identity.number import mask_number
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.records.sealed import certificate_number, phone_number
from enrollment.records.stated_facts import seekers_of
from enrollment.statuses import ON_THE_BOOKS
from support.board.figures import REMINDED
from support.models import LIVE_STATES, Cause, Reminded, Report

# Who needs the counselor first.
BY_NEED = (
    Progress.UNMATCHED,
    Progress.DISPUTED,
    Progress.STALE,
    Progress.UNVERIFIED,
    Progress.UNREGISTERED,
    Progress.TO_CHECK,
    Progress.CONFIRMED,
)


@dataclass(frozen=True)
class Person:
    """A person of the class. ``report`` is the key of what they have reported and is open."""

    key: UUID
    name: str
    student_number: str
    masked_certificate: str
    masked_phone: str
    part: Progress
    since: datetime | None
    reminded: "LastReminder | None"
    report: UUID | None

    @property
    def can_be_reminded(self) -> bool:
        """Whether a reminder makes sense for them and they had none today."""
        is_today = self.reminded is not None and self.reminded.on == timezone.localdate()
        return self.part in REMINDED and not is_today


@dataclass(frozen=True)
class LastReminder:
    """When a person was last reminded, and what became of it.

    ``in_portal``: the record had a holder, who has a notice. ``was_sent``: a text message or
    e-mail was made; ``delivery`` tells of it for as long as the outbox keeps it.
    """

    on: date
    out_of_reach: bool
    in_portal: bool
    was_sent: bool
    delivery: Delivery | None

    @property
    def words(self) -> str:
        """How it was sent and how far it came, for a list."""
        if self.out_of_reach:
            return _("no phone known")
        if self.delivery is not None:
            colon = _(": ")
            return f"{self.delivery.channel.label}{colon}{self.delivery.status.label}"
        if self.in_portal:
            return _("notice in the portal")
        return _("text message") if self.was_sent else _("not sent")

    @property
    def reached_nobody(self) -> bool:
        """Whether nothing was sent: no phone is known, or it had the most messages of a day."""
        return self.out_of_reach or not (self.in_portal or self.was_sent)

    @property
    def has_failed(self) -> bool:
        """Whether the message came back."""
        return self.delivery is not None and self.delivery.status == Status.FAILED


def people(school_class: SchoolClass, part: Progress | None = None) -> list[Person]:
    """Who is on the books, or is in ``part``: who needs help first, then by student number.

    Numbers are masked. Five queries, however many people.
    """
    known = StudentRecord.objects.filter(school_class=school_class, status__in=ON_THE_BOOKS)
    found = known if part is None else known.filter(progress=part)
    records = list(found.select_related("holder").order_by("student_number", "pk"))
    records.sort(key=lambda record: BY_NEED.index(Progress(record.progress)))
    reminded = _reminded(found)
    reports = _reports_by_record(records, school_class)
    return [
        Person(
            record.key,
            record.name,
            record.student_number,
            mask_number(certificate_number(record)),
            _masked_phone(record),
            Progress(record.progress),
            record.progress_since,
            reminded.get(record.pk),
            reports.get(record.pk),
        )
        for record in records
    ]


def _masked_phone(record: StudentRecord) -> str:
    """The phone that the school knows, else that of the holder, masked; "" for none."""
    holder = record.holder
    confirmed = holder.phone if holder and holder.phone_confirmed_at else ""
    phone = phone_number(record) or str(confirmed or "")
    return masked_phone(phone) if phone else ""


def _reminded(records: QuerySet[StudentRecord]) -> dict[int, LastReminder]:
    last = Reminded.objects.filter(record__in=records.order_by()).order_by("record", "-day")
    rows = list(last.distinct("record").select_related("record", "reminder"))
    sent = deliveries_of(row.message for row in rows if row.message)
    return {
        row.record_id: LastReminder(
            row.day,
            row.out_of_reach,
            _was_held(row),
            row.message is not None,
            sent.get(row.message) if row.message else None,
        )
        for row in rows
    }


def _was_held(row: Reminded) -> bool:
    """Whether the record had its holder of today when it was reminded."""
    claimed = row.record.claimed_at
    return claimed is not None and claimed <= row.reminder.made_at


def _reports_by_record(
    records: Sequence[StudentRecord], school_class: SchoolClass
) -> dict[int, UUID]:
    """The open report about each record, or of a person who did not find it."""
    live = Report.objects.filter(school_class=school_class, state__in=LIVE_STATES)
    rows = list(live.order_by("-pk").values_list("record", "account", "cause", "key"))
    by_record = {record: key for record, _account, _cause, key in rows if record is not None}
    by_account = {account: key for _r, account, cause, key in rows if cause == Cause.NOT_FOUND}
    unmatched = {
        bytes(record.certificate_hash): record.pk
        for record in records
        if record.progress == Progress.UNMATCHED
    }
    for digest, accounts in seekers_of(unmatched).items() if unmatched and by_account else ():
        for account in accounts & by_account.keys():
            by_record[unmatched[digest]] = by_account[account]
    return by_record
