"""Vouches: whether people who know the claimant of a dispute confirm who it is."""

from collections.abc import Sequence

from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from enrollment.models import StudentRecord
from enrollment.offices import counselors_of
from verification.disputes.common import TooLateError, note
from verification.models import Dispute, DisputeState, Vouch


def ask_for_vouches(dispute: Dispute, records: Sequence[StudentRecord]) -> None:
    """Ask the counselors of the records' classes and the named classmates to vouch."""
    classes = [record.school_class_id for record in records if record.school_class_id]
    for counselor in counselors_of(classes):
        _ask_to_vouch(dispute, counselor)
    _ask_classmates(dispute, classes)


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


def _ask_to_vouch(dispute: Dispute, account: User) -> None:
    asked, new = Vouch.objects.get_or_create(dispute=dispute, account=account)
    if new:
        path = reverse("verification:vouch", args=[asked.pk])
        notify(account=account, kind="asked_to_vouch", path=path)
