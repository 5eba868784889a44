"""Limits on verification attempts, counted in the database from the attempts themselves.

Failed and unfinished submissions count; successes do not. Advisory locks serialize counting and
submitting, so that parallel requests cannot exceed a limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.requests.client_ip import client_address
from accounts.requests.client_network import network_of
from database.advisory_locks import lock
from vault.lookup import keyed_hash
from verification.models import AttemptState, VerificationAttempt

DAY = timedelta(days=1)
# Proof-of-work level for a first try with a name or birth date that others have tried often:
# 16 times the work of a sign-in; besides, each try needs an account of its own.
PROOF_LEVEL = 4


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
    limits = settings.VERIFICATION_LIMITS
    own = [(Q(account_id=attempt.account_id), limits["account_day"])]
    shared = [
        (Q(name_hash=attempt.name_hash), limits["name_day"]),
        (Q(prefix_hash=attempt.prefix_hash), limits["prefix_day"]),
    ]
    if attempt.address_hash:
        most = limits["address_day"] * address_factor
        shared.append((Q(address_hash=attempt.address_hash), most))
    _lock(attempt)
    failures = _failed().filter(account_id=attempt.account_id).count()
    if failures >= limits["account_total"]:
        raise LimitReachedError(None)
    if retry_at := _retry_at(own):
        raise LimitReachedError(retry_at)
    retry_at = _retry_at(shared)
    if retry_at is None or (proved and not failures):
        return
    raise LimitReachedError(retry_at, None if failures else PROOF_LEVEL)


def _failed() -> QuerySet[VerificationAttempt]:
    submitted = VerificationAttempt.objects.filter(submitted_at__isnull=False)
    return submitted.exclude(state=AttemptState.VERIFIED)


def _retry_at(scopes: Sequence[tuple[Q, int]]) -> datetime | None:
    """When every one of ``scopes`` is below its limit again; None if they all are now."""
    recent = _failed().filter(submitted_at__gt=Now() - DAY).order_by("-submitted_at")
    first, *others = (
        recent.filter(scope).values_list("submitted_at", flat=True)[limit - 1 : limit]
        for scope, limit in scopes
    )
    found = (at for at in first.union(*others, all=True) if at is not None)
    return max((at + DAY for at in found), default=None)


def _lock(attempt: VerificationAttempt) -> None:
    digests = [
        attempt.account_id.to_bytes(8, "big"),
        bytes(attempt.name_hash),
        bytes(attempt.prefix_hash),
        bytes(attempt.address_hash),
    ]
    lock(*filter(None, digests))
