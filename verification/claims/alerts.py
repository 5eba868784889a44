"""Text messages about a claim to the phones in the registry."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation

from accounts.models import User
from accounts.sweep import for_each
from delivery.services import queue_sms
from enrollment.models import StudentRecord
from enrollment.records.sealed import phone_number
from verification.models import ClaimAlert

KIND = "record_opened"
OBJECTION_DAYS = 30


def notify_known_phones(
    *,
    account: User,
    records: Sequence[StudentRecord],
    replaced: Mapping[int, set[str]],
    told: bool = False,
) -> None:
    """Send one text message to each current or recently replaced phone of ``records``.

    ``replaced`` has the recently replaced phones by the record's primary key. The message names
    no person and links to the page for objecting. If the phone is the confirmed phone of
    the account and ``told`` says that the account has had a text message about this already, none
    is sent to it. Call inside the transaction of the claim.
    """
    own = account.phone.as_e164 if account.phone and account.phone_confirmed_at else ""
    told_already = {own} if told else set()
    phones: dict[tuple[int, str], StudentRecord] = {}
    for record in records:
        for phone in ({phone_number(record)} | replaced[record.pk]) - {"", *told_already}:
            phones.setdefault((record.institution_id, phone), record)
    for (_institution, phone), record in phones.items():
        alert = ClaimAlert.objects.create(
            account=account, record=record, institution_code=record.institution.code
        )
        _send(alert, phone)


def restart_objection_periods() -> int:
    """Send every alert that can be objected to once more, for a whole period; their number.

    For use after a backup was restored: objections made since are not in it.
    """
    since = Now() - timedelta(days=OBJECTION_DAYS)
    waiting = ClaimAlert.objects.filter(
        made_at__gt=since, objected_at=None, record__holder=F("account")
    )
    alerts = list(waiting.select_related("record__institution"))
    waiting.update(made_at=Now())
    return for_each(alerts, _send_again)


@transaction.atomic
def _send_again(alert: ClaimAlert) -> bool:
    phone = phone_number(alert.record)
    if phone:
        _send(alert, phone)
    return bool(phone)


def _send(alert: ClaimAlert, phone: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        queue_sms(
            to=phone,
            kind=KIND,
            params={"school": alert.record.institution.name, "key": alert.key.hex},
            purpose=KIND,
        )
