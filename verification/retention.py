"""Deletion of unmatched facts and of dispute statements after their retention period."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from enrollment.files.evidence import forget_evidence
from enrollment.models import EvidencePurpose
from verification.models import AttemptState, Dispute, DisputeState, VerificationAttempt


def forget_old_facts() -> int:
    """Empty the facts of unmatched attempts older than ``FACTS_DAYS``; returns how many.

    The hashes stay, because they count attempts. A person still unmatched by then has to enter
    the facts again.
    """
    before = timezone.now() - timedelta(days=settings.FACTS_DAYS)
    old = VerificationAttempt.objects.filter(
        state=AttemptState.UNMATCHED, submitted_at__lt=before
    ).exclude(facts_sealed=b"")
    return old.update(facts_sealed=b"")


def forget_old_disputes() -> int:
    """Delete evidence and words of disputes over for ``EVIDENCE_DAYS``; returns how many."""
    before = timezone.now() - timedelta(days=settings.EVIDENCE_DAYS)
    over = Dispute.objects.filter(decided_at__lt=before).exclude(
        statement_sealed=b"", objection_sealed=b"", facts_sealed=b""
    )
    gone = list(over.exclude(state=DisputeState.OPEN))
    subjects = [key for dispute in gone for key in (dispute.key, dispute.objection_subject)]
    with transaction.atomic():
        forget_evidence(purpose=EvidencePurpose.DISPUTE, subjects=subjects)
        Dispute.objects.filter(pk__in=[dispute.pk for dispute in gone]).update(
            statement_sealed=b"", objection_sealed=b"", facts_sealed=b""
        )
    return len(gone)
