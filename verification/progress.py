"""Let the class board see how far somebody without a record has come.

In a task of its own: what the registry knows must not show in the time that a
page takes (SECURITY T3).
"""

import logging
from functools import partial

from celery import shared_task
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from enrollment.records.unclaimed_progress import note_searched
from verification.models import AttemptState, VerificationAttempt

logger = logging.getLogger(__name__)


@shared_task
def note_progress(key: str) -> None:
    """Note that the certificate of attempt ``key`` is looked for, or was in vain."""
    attempt = VerificationAttempt.objects.filter(key=key).first()
    if attempt is not None and attempt.state != AttemptState.VERIFIED:
        in_vain = attempt.state == AttemptState.UNMATCHED
        note_searched(certificate_hash=bytes(attempt.certificate_hash), in_vain=in_vain)


def tell_progress(attempt: VerificationAttempt) -> None:
    """Note it once the caller's transaction has committed."""
    transaction.on_commit(partial(_ring, str(attempt.key)), robust=True)


def _ring(key: str) -> None:
    try:
        note_progress.delay(key)
    except (KombuError, RedisError, OSError):
        logger.warning("broker away: a class board shows one person a step behind")
