"""Limits on verification attempts, counted in the database from the attempts themselves.

Failed and unfinished submissions count; successes do not. Advisory locks serialize counting and
submitting, so that parallel requests cannot exceed a limit.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from accounts.requests.client_ip import client_address
from accounts.requests.client_network import network_of
from database.advisory_locks import lock
from database.prepared_statements import read_prepared
from vault.lookup import keyed_hash
from verification.models import VerificationAttempt

# Proof-of-work level for a first try with a name or birth date that others have tried often:
# 16 times the work of a sign-in; besides, each try needs an account of its own.
PROOF_LEVEL = 4
# By what the failures of several accounts are counted together.
_SHARED = ("name", "prefix", "address")
_FAILED = """
FROM verification_verificationattempt WHERE submitted_at IS NOT NULL AND state <> 'verified'
"""
_RETRY_AT = f"""
(SELECT submitted_at + interval '1 day' {_FAILED}
    AND submitted_at > statement_timestamp() - interval '1 day' AND {{column}} = %s
    ORDER BY submitted_at DESC OFFSET %s LIMIT 1)
"""
# An account's failures in all, and when its own and the shared limits of a day are open again.
_USED = f"""
SELECT (SELECT count(*) {_FAILED} AND account_id = %s), {_RETRY_AT.format(column="account_id")},
    greatest({", ".join(_RETRY_AT.format(column=f"{name}_hash") for name in _SHARED)})
"""


@dataclass
class LimitReachedError(Exception):
    """Too many attempts; ``retry_at`` is None when only the counselor can help.

    ``proof_level`` is set if a proof of work of that level lets the attempt pass.
    """

    retry_at: datetime | None
    proof_level: int | None = None


def address_hash(request: HttpRequest) -> bytes:
    """The keyed hash under which statements from the client's network are counted."""
    return keyed_hash("verification-address", network_of(client_address(request)))


def check_limits(
    attempt: VerificationAttempt, *, proved: bool = False, address_factor: int = 1
) -> None:
    """Lock the counters of ``attempt`` until the transaction ends; raise LimitReachedError.

    Call inside a transaction, before the attempt is marked as submitted.

    Attempts by others with a person's name or birth date, or from the person's network, must
    not lock that person out: an account without failed attempts passes these limits with a
    proof of work (``proved``). For accounts with failed attempts they hold. ``address_factor``
    multiplies the limit of the network.
    """
    _lock(attempt)
    failures, own_retry_at, shared_retry_at = _used(attempt, address_factor)
    if failures >= settings.VERIFICATION_LIMITS["account_total"]:
        raise LimitReachedError(None)
    if own_retry_at:
        raise LimitReachedError(own_retry_at)
    if shared_retry_at is None or (proved and not failures):
        return
    raise LimitReachedError(shared_retry_at, None if failures else PROOF_LEVEL)


def _used(
    attempt: VerificationAttempt, address_factor: int
) -> tuple[int, datetime | None, datetime | None]:
    """The account's failures in all; when its limit of a day, and the shared ones, allow another.

    None where they allow one now. All limits are read by one query.
    """
    limits, account = settings.VERIFICATION_LIMITS, attempt.account_id
    # An attempt without an address is not counted by it: no other has NULL for its hash.
    addressed = bytes(attempt.address_hash) or None
    [row] = read_prepared(
        _USED,
        [
            *(account, account, limits["account_day"] - 1),
            *(bytes(attempt.name_hash), limits["name_day"] - 1),
            *(bytes(attempt.prefix_hash), limits["prefix_day"] - 1),
            *(addressed, limits["address_day"] * address_factor - 1),
        ],
    )
    failures, own, shared = row
    return failures, own, shared


def _lock(attempt: VerificationAttempt) -> None:
    digests = [
        attempt.account_id.to_bytes(8, "big"),
        bytes(attempt.name_hash),
        bytes(attempt.prefix_hash),
        bytes(attempt.address_hash),
    ]
    lock(*filter(None, digests))
