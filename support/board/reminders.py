"""One click reminds a group: each person once a day, by the ways that reach them."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from accounts.notices.limits import within_daily_limit
from accounts.notices.services import notify_all
from audit.services import record_action
from delivery.content import Content, SmsContent
from delivery.services import queue_many
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.records.sealed import phone_number
from enrollment.statuses import ON_THE_BOOKS
from support.models import Reminded, Reminder

KIND = "reminder"


def remind(*, school_class: SchoolClass, parts: Sequence[Progress], by: User) -> Reminder:
    """Remind everyone of ``school_class`` in ``parts`` who was not reminded today.

    Holders read a notice and hear as they chose; to the others a text message
    goes to the number the school knows. Who has none is out of reach.
    """
    today = timezone.localdate()
    with transaction.atomic():
        meant = list(
            StudentRecord.objects.filter(
                school_class=school_class, progress__in=parts, status__in=ON_THE_BOOKS
            ).select_related("holder", "institution")
        )
        reminder = Reminder.objects.create(
            school_class=school_class, part=parts[0] if len(parts) == 1 else "", by=by
        )
        fresh = _take(reminder, meant)
        held = [record.holder for record in fresh if record.holder]
        reach = notify_all(accounts=held, kind=KIND, path=reverse("enrollment:status"))
        unheld = [record for record in fresh if not record.holder]
        with translation.override(settings.LANGUAGE_CODE):
            reached = queue_many(_text_messages(unheld), purpose="board_reminder")
        reminder.in_portal, reminder.by_email = len(reach.portal), len(reach.email)
        reminder.by_sms = len(reach.sms) + reached
        lost = [record.pk for record in unheld if not phone_number(record)]
        Reminded.objects.filter(record__in=lost, day=today).update(out_of_reach=True)
        reminder.out_of_reach = len(lost)
        reminder.reminded_today = len(meant) - len(fresh)
        reminder.save()
        _write_trail(reminder, by)
    return reminder


def _take(reminder: Reminder, meant: Iterable[StudentRecord]) -> list[StudentRecord]:
    """Those who are reminded now for the first time today; a race has one winner each."""
    today = timezone.localdate()
    rows = [Reminded(record=record, day=today, reminder=reminder) for record in meant]
    Reminded.objects.bulk_create(rows, ignore_conflicts=True)
    taken = set(reminder.reached.values_list("record_id", flat=True))
    return [record for record in meant if record.pk in taken]


def _text_messages(records: Iterable[StudentRecord]) -> Iterable[tuple[str, Content, int | None]]:
    reached = [(record, phone) for record in records if (phone := phone_number(record))]
    free = within_daily_limit({phone for _, phone in reached}) if reached else set()
    for record, phone in reached:
        if phone in free:
            free.discard(phone)
            params = {"school": record.institution.name}
            yield phone, SmsContent(kind=KIND, params=params), None


def _write_trail(reminder: Reminder, by: User) -> None:
    record_action(
        action="support.remind_class",
        actor_id=by.pk,
        subject_type="class",
        subject_key=reminder.school_class_id,
        institution_code=reminder.school_class.institution.code,
        detail={"part": reminder.part, "people": reminder.in_portal + reminder.by_sms},
    )
