"""What people stated, wrote and showed, and what was decided, is not kept for ever."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from enrollment.files.evidence import forget_evidence
from enrollment.models import EvidencePurpose
from verification.models import (
    OPEN_STATES,
    Claim,
    ClaimAlert,
    Decision,
    Dispute,
    DisputeState,
    VerificationAttempt,
    Vouch,
)

_NO_HASHES = {f"{name}_hash": b"" for name in ("certificate", "name", "prefix", "address")}
_NO_REASON: dict[str, object] = {"reason_sealed": b"", "classmates": [], "stated_school": ""}


def forget_old_facts() -> int:
    """Empty facts and hashes of attempts that are ``FACTS_DAYS`` old; returns how many.

    Unfinished attempts are deleted. The row of a failed one stays: it counts against the
    account. A person who still waits then is asked again.
    """
    before = Now() - timedelta(days=settings.FACTS_DAYS)
    attempts = VerificationAttempt.objects.alias(at=Coalesce("submitted_at", "started_at"))
    old = attempts.filter(at__lt=before)
    old.filter(state__in=OPEN_STATES).delete()
    kept = old.exclude(facts_sealed=b"", **_NO_HASHES)
    return kept.update(facts_sealed=b"", **_NO_HASHES)


def forget_old_disputes() -> int:
    """Delete evidence and words of disputes over for ``EVIDENCE_DAYS``; returns how many."""
    over = _over(settings.EVIDENCE_DAYS).exclude(
        statement_sealed=b"", objection_sealed=b"", facts_sealed=b""
    )
    gone = list(over)
    with transaction.atomic():
        _forget_evidence(gone)
        Dispute.objects.filter(pk__in=[dispute.pk for dispute in gone]).update(
            statement_sealed=b"", objection_sealed=b"", facts_sealed=b""
        )
    return len(gone)


@transaction.atomic
def forget_ended() -> None:
    """Delete disputes, claims and objections that ended ``ENDED_DAYS`` ago.

    A decision against an account bars it from claiming the certificate again. It is kept,
    without its reason and without the names of others, as long as that account exists.
    """
    over = _over(settings.ENDED_DAYS)
    Vouch.objects.filter(dispute__in=over).delete()
    over.exclude(**_NO_REASON).update(**_NO_REASON)
    unneeded = list(over.filter(_bars_nobody()))
    _forget_evidence(unneeded)
    Dispute.objects.filter(pk__in=[dispute.pk for dispute in unneeded]).delete()
    before = Now() - timedelta(days=settings.ENDED_DAYS)
    Claim.objects.filter(ended_at__lt=before).delete()
    unused = Q(made_at__lt=before, objected_at=None)
    refused = Q(settled_at__lt=before, taken_back=False)
    barred = Q(settled_at__lt=before, account__deleted_at__isnull=False)
    ClaimAlert.objects.filter(unused | refused | barred).delete()


def _over(days: int) -> QuerySet[Dispute]:
    """The disputes that were decided or withdrawn more than ``days`` ago."""
    before = Now() - timedelta(days=days)
    return Dispute.objects.filter(decided_at__lt=before).exclude(state=DisputeState.OPEN)


def _bars_nobody() -> Q:
    """Withdrawn, or decided against accounts that do not exist any more."""
    claimant = Q(decision=Decision.CLAIMANT) | Q(claimant__deleted_at__isnull=False)
    holder = Q(decision=Decision.HOLDER) | Q(holder=None) | Q(holder__deleted_at__isnull=False)
    return Q(state=DisputeState.WITHDRAWN) | (claimant & holder)


def _forget_evidence(disputes: list[Dispute]) -> None:
    subjects = [key for dispute in disputes for key in (dispute.key, dispute.objection_subject)]
    forget_evidence(purpose=EvidencePurpose.DISPUTE, subjects=subjects)
