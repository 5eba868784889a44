"""What every act of a dispute shares: what a side says, the trail, being too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import audit.services as trail
from accounts.models import User
from enrollment.files.evidence import Evidence, keep_evidence
from enrollment.models import EvidencePurpose
from verification.models import Dispute

DISPUTES = EvidencePurpose.DISPUTE


class TooLateError(Exception):
    """The dispute has moved on meanwhile; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What a side says and shows."""

    words: str
    evidence: Sequence[Evidence] = ()
    classmates: Sequence[str] = ()  # student numbers of people who may vouch
    school_code: str = ""  # where the claimant studies; "" where there is no choice


def keep(subject: UUID, statement: Statement, by: User) -> None:
    """Keep the files of ``statement`` under ``subject``."""
    keep_evidence(purpose=DISPUTES, subject=subject, files=statement.evidence, by=by)


def note(act: str, dispute: Dispute, by: User, detail: dict[str, object] | None = None) -> None:
    """Write an act into the trail."""
    trail.record(
        action=f"verification.{act}",
        actor_id=by.pk,
        subject_type="dispute",
        subject_key=dispute.key,
        institution_code=dispute.institution_code,
        detail=detail,
    )
