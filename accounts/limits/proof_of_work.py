"""Proof of work in place of a picture puzzle, required by limits (security rules, Limits; T6, T9).

The browser derives keys until one has the required prefix: no puzzle is shown and no
third party is involved. One try costs a person a second, and a million guesses a
million seconds; the work grows with the number of failures.
"""

import hmac
import json
from datetime import UTC, datetime, timedelta

from altcha import v2
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import RedeemedProof
from database.clock import database_now

ALGORITHM = "PBKDF2/SHA-256"  # which every browser derives natively (Web Crypto)
PREFIX = "00"  # 256 derivations on average
TTL = timedelta(minutes=10)
HIGHEST_LEVEL = 5
_UNTIL = "until"  # in the signed data: seconds since the epoch


def issue(level: int) -> str:
    """A signed challenge, as JSON; each level doubles the work of the one below."""
    challenge = v2.create_challenge(
        ALGORITHM,
        _cost(level),
        key_prefix=PREFIX,
        # Not in "expires_at", which the library compares with the clock of the host (F19).
        data={_UNTIL: int((database_now() + TTL).timestamp())},
        hmac_secret=_secrets()[0],
    )
    return json.dumps(challenge.to_dict())


def redeem(solution: str, *, level: int) -> bool:
    """Whether ``solution`` proves the work of ``level``; each solution is accepted once."""
    if not any(v2.verify_solution(solution, secret).verified for secret in _secrets()):
        return False
    challenge = v2.Payload.from_base64(solution).challenge
    parameters, signature = challenge.parameters, challenge.signature
    until = datetime.fromtimestamp((parameters.data or {}).get(_UNTIL, 0), UTC)
    if parameters.cost < _cost(level) or signature is None or until < database_now():
        return False
    try:
        with transaction.atomic():
            RedeemedProof.objects.create(signature=signature, expires_at=until)
    except IntegrityError:
        return False
    return True


def prune() -> None:
    """Delete redeemed proofs whose challenge has expired."""
    RedeemedProof.objects.filter(expires_at__lt=Now()).delete()


def _cost(level: int) -> int:
    return int(settings.CAPTCHA_COST << min(level, HIGHEST_LEVEL))


def _secrets() -> list[bytes]:
    """The signing secrets of the current key and of earlier keys."""
    return [hmac.digest(key, b"captcha", "sha256") for key in settings.CODE_KEYS]
