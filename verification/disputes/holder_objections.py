"""The objection of the records' holder to a dispute."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import notify
from accounts.password_state import lock_account
from accounts.sweep import for_each
from database.clock import database_now
from enrollment.models import StudentRecord
from verification.disputes.common import Statement, TooLateError, keep, note
from verification.disputes.records import freeze
from verification.disputes.vouches import ask_for_vouches
from verification.models import Dispute, DisputeState


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
    ask_for_vouches(dispute, records)


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
        lock_account(holder.pk)
        mine = Dispute.objects.filter(
            pk=dispute.pk, holder=holder, state=DisputeState.OPEN, objected_at=None
        )
        sealed = dispute.sealed(statement.words, "objection")
        if not mine.update(objection_sealed=sealed, objected_at=Now()):
            raise TooLateError
        keep(dispute.objection_subject, statement, holder)
        note("object_to_dispute", dispute, holder)


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
