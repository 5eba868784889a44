"""Keyed hashes by which rows with sealed values are looked up.

National ID numbers can be enumerated, so a plain hash would reveal them: the
hash is as safe as ``settings.LOOKUP_KEY``, which is not the sealing key. Each purpose
has its own derived key, so that equal values have different hashes in two purposes.
"""

import hmac
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


def keyed_hash(purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of ``value`` (already in canonical form) for ``purpose``: 32 bytes."""
    return hmac.digest(purpose_key(purpose), value.encode(), "sha256")


def hash_with(key: bytes, purpose: str, value: str) -> bytes:
    """``keyed_hash`` with the look-up key ``key``; only for the rotation of keys."""
    return hmac.digest(hmac.digest(key, purpose.encode(), "sha256"), value.encode(), "sha256")


@cache
def purpose_key(purpose: str) -> bytes:
    """The derived key of one purpose: HMAC-SHA256 of its name with the look-up key.

    Only for loops that call ``hmac.digest(key, value, "sha256")`` on millions
    of values; use ``keyed_hash`` elsewhere.
    """
    return hmac.digest(settings.LOOKUP_KEY, purpose.encode(), "sha256")


def _forget_keys(*, setting: str, **_: Any) -> None:
    if setting == "LOOKUP_KEY":
        purpose_key.cache_clear()


setting_changed.connect(_forget_keys, dispatch_uid="vault-lookup-keys")
