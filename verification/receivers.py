"""What verification does when the registry tells something."""

import logging

from django.dispatch import receiver
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from enrollment.signals import batch_published
from verification.tasks import match_waiting

logger = logging.getLogger(__name__)


@receiver(batch_published, dispatch_uid="verification-match-waiting")
def look_for_those_who_wait(**_: object) -> None:
    """Ring the worker; without a broker the clock will."""
    try:
        match_waiting.delay()
    except (KombuError, RedisError, OSError):
        logger.warning("broker away: those who wait are matched by the clock")
