"""How often a name and number may be tried: counted in the database, on the attempts.

A failed or unfinished submission counts; success does not. Advisory locks make
count and submission one act, so that parallel requests cannot outrun the count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from verification.models import AttemptState, VerificationAttempt

DAY = timedelta(days=1)


@dataclass
class LimitReachedError(Exception):
    """Too many tries; ``lifts_at`` is None when only the counselor can help."""

    lifts_at: datetime | None


def ask(attempt: VerificationAttempt) -> None:
    """Hold the locks of ``attempt`` until the transaction ends; raise LimitReachedError.

    Call inside a transaction, before the attempt is marked as submitted.
    """
    limits = settings.VERIFICATION_LIMITS
    scopes = [
        (Q(account_id=attempt.account_id), limits["account_day"]),
        (Q(name_hash=attempt.name_hash), limits["name_day"]),
        (Q(prefix_hash=attempt.prefix_hash), limits["prefix_day"]),
    ]
    if attempt.address_hash:
        scopes.append((Q(address_hash=attempt.address_hash), limits["address_day"]))
    _lock(attempt)
    failed = VerificationAttempt.objects.filter(submitted_at__isnull=False).exclude(
        state=AttemptState.VERIFIED
    )
    if failed.filter(account_id=attempt.account_id).count() >= limits["account_total"]:
        raise LimitReachedError(None)
    for scope, limit in scopes:
        recent = failed.filter(scope, submitted_at__gt=Now() - DAY).order_by("-submitted_at")
        oldest = recent.values_list("submitted_at", flat=True)[limit - 1 : limit].first()
        if oldest is not None:
            raise LimitReachedError(oldest + DAY)


def _lock(attempt: VerificationAttempt) -> None:
    digests = [
        attempt.account_id.to_bytes(8, "big"),
        bytes(attempt.name_hash),
        bytes(attempt.prefix_hash),
        bytes(attempt.address_hash),
    ]
    keys = sorted({int.from_bytes(d[:8], "big", signed=True) for d in digests if d})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
