"""The holder's objection to a dispute, and the vouches of people who know the claimant."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import notify
from accounts.sweep import for_each
from database.clock import database_now
from enrollment.models import StudentRecord
from enrollment.offices import counselors_of
from verification.disputes.common import Statement, TooLateError, keep, note
from verification.disputes.records import freeze
from verification.models import Dispute, DisputeState, Vouch


def involve_holder(dispute: Dispute, records: Sequence[StudentRecord]) -> None:
    """Freeze ``records``, notify their holder and ask people to vouch; nothing without a holder.

    The caller saves the dispute.
    """
    held = next((record for record in records if record.holder_id), None)
    if held is None or held.holder is None:
        return
    dispute.holder, dispute.holder_claimed_at = held.holder, held.claimed_at
    dispute.object_until = database_now() + timedelta(hours=settings.OBJECTION_HOURS)
    freeze(records)
    _notify_holder(dispute, held.holder)
    classes = [record.school_class_id for record in records if record.school_class_id]
    for counselor in counselors_of(classes):
        _ask_to_vouch(dispute, counselor)
    _ask_classmates(dispute, classes)


def restart_holders_periods() -> int:
    """Give the holders in open disputes their time to object again, and tell them; the number.

    For use after a backup was restored: an objection made since is not in it.
    """
    waiting = Dispute.objects.filter(
        state=DisputeState.OPEN, holder__isnull=False, objected_at=None
    )
    waiting.update(object_until=Now() + timedelta(hours=settings.OBJECTION_HOURS))
    return for_each(waiting.select_related("holder"), _notify_again)


def object_to(*, dispute: Dispute, holder: User, statement: Statement) -> None:
    """Store the holder's objection. Raises TooLateError."""
    with transaction.atomic():
        mine = Dispute.objects.filter(
            pk=dispute.pk, holder=holder, state=DisputeState.OPEN, objected_at=None
        )
        sealed = dispute.sealed(statement.words, "objection")
        if not mine.update(objection_sealed=sealed, objected_at=Now()):
            raise TooLateError
        keep(dispute.objection_subject, statement, holder)
        note("object_to_dispute", dispute, holder)


def vouch(*, vouch: Vouch, knows: bool) -> None:
    """Store whether the person asked knows the claimant. Raises TooLateError."""
    asked = Vouch.objects.filter(pk=vouch.pk, answer=None, dispute__state=DisputeState.OPEN)
    if not asked.update(answer=knows, answered_at=Now()):
        raise TooLateError
    note("vouch", vouch.dispute, vouch.account, {"knows": knows})


def _ask_classmates(dispute: Dispute, classes: Sequence[int]) -> None:
    """Ask the named classmates to vouch; the claimant never learns whether they exist."""
    mates = StudentRecord.objects.filter(
        school_class__in=classes,
        student_number__in=dispute.classmates,
        holder__isnull=False,
    ).exclude(holder__in=[dispute.claimant_id, dispute.holder_id or 0])
    for mate in mates.select_related("holder"):
        if mate.holder is not None:
            _ask_to_vouch(dispute, mate.holder)


@transaction.atomic
def _notify_again(dispute: Dispute) -> bool:
    if dispute.holder is not None:
        _notify_holder(dispute, dispute.holder)
    return True


def _notify_holder(dispute: Dispute, holder: User) -> None:
    if dispute.object_until is None:
        raise ValueError("the holder is told until when to object")
    path = reverse("verification:objection", args=[dispute.key])
    until = timezone.localtime(dispute.object_until).strftime("%Y-%m-%d %H:%M")
    detail = {"until": until}
    notify(account=holder, kind="dispute_to_answer", path=path, detail=detail, always=True)


def _ask_to_vouch(dispute: Dispute, account: User) -> None:
    asked, new = Vouch.objects.get_or_create(dispute=dispute, account=account)
    if new:
        path = reverse("verification:vouch", args=[asked.pk])
        notify(account=account, kind="asked_to_vouch", path=path)
