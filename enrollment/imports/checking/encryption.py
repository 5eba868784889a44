"""Keys, look-up hashes and ciphertexts for the rows of a file, as COPY text."""

import hmac
import os
import time

from vault.cipher import key_ring
from vault.lookup import purpose_key

_KEY_BYTES = 9


class RowSealer:
    """Keys, hashes and ciphertexts for up to ``rows`` rows.

    Random bytes are drawn for all rows at once. Create an instance in the process that
    uses it: after a fork, two processes would use equal random bytes.
    """

    def __init__(self, rows: int) -> None:
        self._seal = key_ring().sealer(2 * rows).seal
        self._purposes = {name: purpose_key(name) for name in ("certificate", "phone")}
        self._random = os.urandom(_KEY_BYTES * rows).hex()
        self._at = 0
        moment = f"{time.time_ns() // 1_000_000:012x}"
        self._moment = f"{moment[:8]}-{moment[8:]}-7"

    def new_key(self) -> str:
        """A version 7 UUID (RFC 9562): ordered by time, so inserts stay local in the index."""
        at, self._at = self._at, self._at + 2 * _KEY_BYTES
        text = self._random[at : self._at]
        return f"{self._moment}{text[:3]}-a{text[3:6]}-{text[6:]}"

    def encrypt_and_hash(self, purpose: str, value: str, key: str) -> tuple[str, str]:
        """Look-up hash, then ciphertext, of a record's ``certificate`` number or ``phone``."""
        plain = value.encode()
        digest = hmac.digest(self._purposes[purpose], plain, "sha256").hex()
        sealed = self._seal(plain, context=f"record-{purpose}:{key}").hex()
        return f"\\\\x{digest}", f"\\\\x{sealed}"
