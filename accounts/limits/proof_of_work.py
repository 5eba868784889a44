"""A proof of work in place of a picture puzzle, where limits ask for it (SECURITY 5, T6, T9).

The browser derives keys until one begins as asked; nobody sees a riddle and no
third party is told. One try costs an honest person a second and somebody who
tries a million passwords a million seconds: the more tries, the more work.
"""

import hmac
import json
from datetime import UTC, datetime, timedelta

from altcha import v2
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import RedeemedProof

ALGORITHM = "PBKDF2/SHA-256"  # which every browser derives natively (Web Crypto)
PREFIX = "00"  # 256 derivations on average
LIFE = timedelta(minutes=10)
HIGHEST_LEVEL = 5


def issue(level: int) -> str:
    """A signed challenge, as JSON; each level doubles the work of the one below."""
    challenge = v2.create_challenge(
        ALGORITHM,
        _cost(level),
        key_prefix=PREFIX,
        expires_at=int((timezone.now() + LIFE).timestamp()),
        hmac_secret=_secrets()[0],
    )
    return json.dumps(challenge.to_dict())


def redeem(solution: str, *, level: int) -> bool:
    """Whether ``solution`` proves the work of ``level``; it is good once, whoever shows it."""
    if not any(v2.verify_solution(solution, secret).verified for secret in _secrets()):
        return False
    challenge = v2.Payload.from_base64(solution).challenge
    parameters, signature = challenge.parameters, challenge.signature
    if parameters.cost < _cost(level) or parameters.expires_at is None or signature is None:
        return False
    try:
        with transaction.atomic():
            RedeemedProof.objects.create(
                signature=signature,
                expires_at=datetime.fromtimestamp(parameters.expires_at, UTC),
            )
    except IntegrityError:
        return False
    return True


def prune() -> None:
    """Forget proofs whose challenge has expired: they are refused for that."""
    RedeemedProof.objects.filter(expires_at__lt=Now()).delete()


def _cost(level: int) -> int:
    return int(settings.CAPTCHA_COST << min(level, HIGHEST_LEVEL))


def _secrets() -> list[bytes]:
    """The present key's, then those of earlier keys."""
    return [hmac.digest(key, b"captcha", "sha256") for key in settings.CODE_KEYS]
