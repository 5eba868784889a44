"""What people stated in vain is not kept for ever."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from verification.models import AttemptState, VerificationAttempt


def forget_old_facts() -> int:
    """Empty the facts of attempts in vain that are ``FACTS_DAYS`` old; how many.

    The hashes stay: they count tries. Whoever still waits then is asked anew.
    """
    before = timezone.now() - timedelta(days=settings.FACTS_DAYS)
    old = VerificationAttempt.objects.filter(
        state=AttemptState.UNMATCHED, submitted_at__lt=before
    ).exclude(facts_sealed=b"")
    return old.update(facts_sealed=b"")
