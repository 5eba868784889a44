"""One click reminds a group: each person once a day, by the ways that reach them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from accounts.notices.limits import within_daily_limit
from accounts.notices.services import Reached, notify_all
from audit.services import record_action
from delivery.outbox.content import SmsContent
from delivery.services import queue_many
from delivery.sms.kinds import render_text
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.records.sealed import phone_number
from enrollment.statuses import ON_THE_BOOKS
from support.board.trend import class_targets
from support.models import Reminded, Reminder


@dataclass(frozen=True)
class ReminderWords:
    """What a reminder of a class says: kinds of notice and text message, and their values."""

    notice: str
    sms: str
    params: dict[str, str]

    @property
    def text(self) -> str:
        """The text message as its readers get it."""
        return render_text(self.sms, self.params, settings.LANGUAGE_CODE)


def words_for(school_class: SchoolClass) -> ReminderWords:
    """The words that remind ``school_class`` today, with the last day of its campaign."""
    params = {"school": school_class.institution.name, "class_code": school_class.code}
    campaign = class_targets([school_class]).get(school_class.pk)
    if campaign is None:
        return ReminderWords("class_reminder", "reminder_class", params)
    params["until"] = campaign.ends_on.isoformat()
    return ReminderWords("class_reminder_until", "reminder_until", params)


def remind(
    *,
    school_class: SchoolClass,
    parts: Sequence[Progress],
    by: User,
    only: Collection[UUID] | None = None,
) -> Reminder:
    """Remind everyone of ``school_class`` in ``parts`` who was not reminded today.

    With ``only`` these are the records with the given keys. Holders read a notice and hear
    as they chose; to the others a text message goes to the number the school knows. Who has
    none is out of reach.
    """
    today = timezone.localdate()
    with transaction.atomic():
        found = _in_parts([school_class], parts)
        found = found if only is None else found.filter(key__in=only)
        meant = list(found.select_related("holder", "institution"))
        reminder = Reminder.objects.create(
            school_class=school_class, part=parts[0] if len(parts) == 1 else "", by=by
        )
        fresh = _take(reminder, meant)
        words = words_for(school_class)
        reach = _notify_holders(fresh, words)
        unheld = [record for record in fresh if not record.holder]
        reached = _send_texts(unheld, words)
        reminder.in_portal, reminder.by_email = len(reach.portal), len(reach.email)
        reminder.by_sms = len(reach.sms) + reached
        lost = [record.pk for record in unheld if not phone_number(record)]
        Reminded.objects.filter(record__in=lost, day=today).update(out_of_reach=True)
        reminder.out_of_reach = len(lost)
        reminder.reminded_today = len(meant) - len(fresh)
        reminder.save()
        _write_trail(reminder, by)
    return reminder


@dataclass(frozen=True)
class TodaysReminders:
    """How many people of a class a reminder would reach now, and the last one of today."""

    to_remind: int = 0
    last: Reminder | None = None


def reminders_of_today(
    classes: Sequence[SchoolClass], parts: Sequence[Progress]
) -> dict[int, TodaysReminders]:
    """For each class by its primary key; two queries, however many classes."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    made = Reminder.objects.filter(school_class__in=classes, made_at__gte=start)
    last = {reminder.school_class_id: reminder for reminder in made.order_by("pk")}
    reminded = Reminded.objects.filter(record=OuterRef("pk"), day=timezone.localdate())
    waiting = _in_parts(classes, parts).filter(~Exists(reminded)).order_by()
    counted = waiting.values_list("school_class").annotate(people=Count("pk"))
    numbers: dict[int | None, int] = dict(counted)
    return {
        found.pk: TodaysReminders(numbers.get(found.pk, 0), last.get(found.pk)) for found in classes
    }


def _in_parts(classes: Sequence[SchoolClass], parts: Sequence[Progress]) -> QuerySet[StudentRecord]:
    return StudentRecord.objects.filter(
        school_class__in=classes, progress__in=parts, status__in=ON_THE_BOOKS
    )


def _take(reminder: Reminder, meant: Iterable[StudentRecord]) -> list[StudentRecord]:
    """Those who are reminded now for the first time today; a race has one winner each."""
    today = timezone.localdate()
    rows = [Reminded(record=record, day=today, reminder=reminder) for record in meant]
    Reminded.objects.bulk_create(rows, ignore_conflicts=True)
    taken = set(reminder.reached.values_list("record_id", flat=True))
    return [record for record in meant if record.pk in taken]


def _notify_holders(records: Sequence[StudentRecord], words: ReminderWords) -> Reached:
    """Notify the holders of ``records``, each once, and note the message to each of them."""
    held = {record.holder_id: record.holder for record in records if record.holder}
    path = reverse("enrollment:status")
    reach = notify_all(
        accounts=list(held.values()), kind=words.notice, path=path, detail=words.params
    )
    sent = {record.pk: reach.messages.get(record.holder_id or 0) for record in records}
    _note_messages(sent)
    return reach


def _send_texts(records: Sequence[StudentRecord], words: ReminderWords) -> int:
    """Text those whose phone the school knows, each number once; the number of messages."""
    phones = {record.pk: phone for record in records if (phone := phone_number(record))}
    free = within_daily_limit(set(phones.values())) if phones else set()
    first = {phone: pk for pk, phone in reversed(phones.items()) if phone in free}
    content = SmsContent(kind=words.sms, params=words.params)
    with translation.override(settings.LANGUAGE_CODE):
        keys = queue_many(((phone, content, None) for phone in first), purpose="board_reminder")
    sent = dict(zip(first, keys, strict=True))
    _note_messages({pk: sent.get(phone) for pk, phone in phones.items()})
    return len(keys)


def _note_messages(sent: Mapping[int, UUID | None]) -> None:
    """Note by which message each record was reminded today; None for none."""
    rows = list(Reminded.objects.filter(record__in=sent, day=timezone.localdate()))
    for row in rows:
        row.message = sent[row.record_id]
    Reminded.objects.bulk_update(rows, ["message"], batch_size=500)


def _write_trail(reminder: Reminder, by: User) -> None:
    record_action(
        action="support.remind_class",
        actor_id=by.pk,
        subject_type="class",
        subject_key=reminder.school_class_id,
        institution_code=reminder.school_class.institution.code,
        detail={"part": reminder.part, "people": reminder.in_portal + reminder.by_sms},
    )


def forget_old_days() -> None:
    """Delete who was reminded ENDED_DAYS ago; each reminder keeps its counts."""
    Reminded.objects.filter(day__lt=Now() - timedelta(days=settings.ENDED_DAYS)).delete()
