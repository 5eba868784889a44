"""Face-to-face account recovery for the holder of a record who has lost every contact."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Rescue, User
from accounts.recovery import staff_assisted
from audit.services import record_action
from database.clock import database_now
from delivery.services import queue_sms
from enrollment.models import StudentRecord
from enrollment.records.sealed import phone_number
from verification.assisted import services


class NotHeldError(Exception):
    """The record has no holder, so there is no account to recover."""


def rescue_holder(*, record: StudentRecord, code: str, reason: str, by: User) -> Rescue:
    """Open the recovery of the account that holds ``record``; ``code`` names its new contact.

    Raises NotHeldError, services.TooManyTriesError, services.TooManyAssistsError,
    staff_assisted.UnknownCodeError, staff_assisted.NotOpenError.
    """
    services.refuse_after_too_many_tries(by)
    if record.holder is None:
        raise NotHeldError
    try:
        with transaction.atomic():
            services.count_assist(by)
            desk = _page_of(record.key)
            opened = staff_assisted.open_rescue(account=record.holder, code=code, desk=desk, by=by)
            record_action(
                action="verification.rescue",
                actor_id=by.pk,
                subject_type="record",
                subject_key=record.key,
                institution_code=record.institution.code,
                reason=reason,
            )
            _alert_known_phones(opened, record.holder)
    except staff_assisted.UnknownCodeError:
        services.note_wrong_code(by)
        raise
    return opened


def holds_record(rescue: Rescue) -> bool:
    """Whether the account still holds the record on whose page the recovery was opened."""
    held = StudentRecord.objects.filter(holder=rescue.account_id)
    return rescue.desk in map(_page_of, held.values_list("key", flat=True))


def _page_of(record: UUID) -> str:
    return reverse("registry:record", args=[record])


def _alert_known_phones(opened: Rescue, account: User) -> None:
    """Send the phones in the registry a link that stops the recovery."""
    own = account.phone.as_e164 if account.phone and account.phone_confirmed_at else ""
    phones = {phone_number(record) for record in account.held_records.all()} - {"", own}
    with translation.override(settings.LANGUAGE_CODE):
        due = opened.due_at or database_now()
        moment = date_format(timezone.localtime(due), "DATETIME_FORMAT")
        for phone in sorted(phones):
            params = {"moment": moment, "key": opened.key.hex}
            queue_sms(to=phone, kind="rescue_known", params=params, purpose="rescue_known")
