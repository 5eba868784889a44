"""Sealing (authenticated encryption) of stored values: AES-256-GCM with a key ring.

A sealed value has the form ``length of key id | key id | nonce | ciphertext and tag``.
The context (for example ``record-certificate:<key>``) is authenticated but not
stored: a value copied into another row or column cannot be unsealed there. Nonces
are random (NIST SP 800-38D 8.2.2), which is safe up to 2^32 values for each key.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signals import setting_changed

NONCE_BYTES = 12
KEY_BYTES = 32


class UnsealError(Exception):
    """The value was sealed by an unknown key or for another context, or is damaged."""


class KeyRing:
    """Keys by id, in order: the first one seals, every one unseals."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Raises ValueError for an empty ring, an id over 255 bytes or a key of other length."""
        if not keys:
            raise ValueError("a key ring needs a key")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
        self._keys = {_prefix(key_id): AESGCM(key) for key_id, key in keys.items()}
        self._newest_prefix, self._newest_key = next(iter(self._keys.items()))

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed form of ``plaintext``, which unseals only with the same ``context``."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._newest_key.encrypt(nonce, plaintext, context.encode())
        return self._newest_prefix + nonce + sealed

    def sealer(self, values: int) -> "Sealer":
        """A sealer for ``values`` values, whose random nonces are generated at once."""
        return Sealer(self._newest_prefix, self._newest_key, values)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext of ``sealed``. Raises UnsealError."""
        start = sealed[0] + 1 if sealed else 0
        key = self._keys.get(sealed[:start])
        if key is None:
            raise UnsealError("sealed by an unknown key")
        nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return key.decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError) as error:
            raise UnsealError("damaged, or sealed for another place") from error

    def seals_with_newest(self, sealed: bytes) -> bool:
        """Whether ``sealed`` was sealed with the newest key."""
        return sealed.startswith(self._newest_prefix)


class Sealer:
    """Seals up to a number of values as ``KeyRing.seal`` does, each with its own nonce.

    Never share one with a forked process: both would use the same nonces.
    """

    def __init__(self, prefix: bytes, key: AESGCM, values: int) -> None:
        self._prefix, self._key = prefix, key
        self._nonces = os.urandom(NONCE_BYTES * values)
        self._at = 0

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed form of ``plaintext``. Raises ValueError once the nonces are used up."""
        nonce = self._nonces[self._at : self._at + NONCE_BYTES]
        self._at += NONCE_BYTES
        # AESGCM refuses an empty nonce, so none is ever reused.
        return self._prefix + nonce + self._key.encrypt(nonce, plaintext, context.encode())


def _prefix(key_id: str) -> bytes:
    encoded = key_id.encode()
    if not 0 < len(encoded) < 256:
        raise ValueError("a key id has 1 to 255 bytes")
    return bytes([len(encoded)]) + encoded


@cache
def key_ring() -> KeyRing:
    """The cached key ring of ``settings.VAULT_KEYS``; keep the object in tight loops."""
    return KeyRing(settings.VAULT_KEYS)


def seal(plaintext: bytes, *, context: str) -> bytes:
    """Seal ``plaintext`` with the newest key for ``context``."""
    return key_ring().seal(plaintext, context=context)


def unseal(sealed: bytes | memoryview, *, context: str) -> bytes:
    """The plaintext of a sealed value (bytes, or a column's memoryview). Raises UnsealError."""
    return key_ring().unseal(bytes(sealed), context=context)


def _forget_ring(*, setting: str, **_: Any) -> None:
    if setting == "VAULT_KEYS":
        key_ring.cache_clear()


setting_changed.connect(_forget_ring, dispatch_uid="vault-key-ring")
