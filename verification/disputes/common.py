"""Statements, trail entries and errors shared by all acts of a dispute."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from accounts.password_state import lock_accounts
from audit.services import record_action
from enrollment.files.evidence import Evidence, keep_evidence
from enrollment.models import EvidencePurpose, StudentRecord
from verification.models import Claim, Dispute

DISPUTES = EvidencePurpose.DISPUTE


class TooLateError(Exception):
    """The dispute has changed state meanwhile; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What one side writes and the files it attaches."""

    words: str
    evidence: Sequence[Evidence] = ()
    classmates: Sequence[str] = ()  # student numbers of people who may vouch
    school_code: str = ""  # where the claimant studies; "" where there is no choice


def lock_dispute(dispute: Dispute, **states: object) -> Dispute | None:
    """The dispute, locked with the accounts it is about; None if it is not in ``states``.

    Accounts before disputes, as when an account is erased: both sides, and whoever holds or has
    proved to one of the records.
    """
    claims = Claim.objects.filter(
        certificate_hash=dispute.certificate_hash,
        institution_code=dispute.institution_code,
        ended_at=None,
    )
    holders = StudentRecord.objects.filter(
        certificate_hash=dispute.certificate_hash, holder__isnull=False
    )
    sides = {dispute.claimant_id, dispute.holder_id or dispute.claimant_id}
    lock_accounts(
        sides.union(claims.values_list("account", flat=True)).union(
            holders.values_list("holder", flat=True)
        )
    )
    return Dispute.objects.select_for_update(of=("self",)).filter(pk=dispute.pk, **states).first()


def keep(subject: UUID, statement: Statement, by: User) -> None:
    """Store the files of ``statement`` under ``subject``."""
    keep_evidence(purpose=DISPUTES, subject=subject, files=statement.evidence, by=by)


def note(act: str, dispute: Dispute, by: User, detail: dict[str, object] | None = None) -> None:
    """Record an act about ``dispute`` in the audit trail."""
    record_action(
        action=f"verification.{act}",
        actor_id=by.pk,
        subject_type="dispute",
        subject_key=dispute.key,
        institution_code=dispute.institution_code,
        detail=detail,
    )
