"""Sealed columns of attempts and disputes, for ``rotate_vault``."""

from vault.rotation import register_columns

register_columns(
    "attempts", "verification.VerificationAttempt", facts_sealed="verification-attempt"
)
register_columns(
    "disputes",
    "verification.Dispute",
    facts_sealed="verification-attempt",
    statement_sealed="dispute-statement",
    objection_sealed="dispute-objection",
    reason_sealed="dispute-reason",
)
