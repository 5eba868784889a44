"""Tables of verification, one topic per module."""

from verification.models.assisting import AssistCode
from verification.models.dispute import Decision, Dispute, DisputeState, Vouch
from verification.models.proving import (
    OPEN_STATES,
    AttemptState,
    Claim,
    ClaimAlert,
    ClaimMethod,
    Outcome,
    VerificationAttempt,
)

__all__ = [
    "OPEN_STATES",
    "AssistCode",
    "AttemptState",
    "Claim",
    "ClaimAlert",
    "ClaimMethod",
    "Decision",
    "Dispute",
    "DisputeState",
    "Outcome",
    "VerificationAttempt",
    "Vouch",
]
