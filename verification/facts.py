"""What a person states about themselves, sealed while an attempt needs it."""

import json
from dataclasses import asdict, dataclass

from accounts.text import fold_signs
from enrollment.identity.name import canonical_name
from vault.cipher import seal, unseal
from vault.lookup import keyed_hash

PREFIX_LENGTH = 14  # region and date of birth: what a guesser knows of a victim


@dataclass(frozen=True)
class Facts:
    """Name as typed, certificate type, canonical number, and the third item (may be empty)."""

    name: str
    certificate_type: str
    number: str
    third_item: str = ""

    @property
    def name_canonical(self) -> str:
        """The form of the name used for comparison."""
        return canonical_name(self.name)

    @property
    def certificate_hash(self) -> bytes:
        """The keyed hash under which the registry stores this number."""
        return keyed_hash("certificate", self.number)

    @property
    def name_hash(self) -> bytes:
        """The keyed hash that counts attempts with this name."""
        return keyed_hash("verification-name", self.name_canonical)

    @property
    def prefix_hash(self) -> bytes:
        """The keyed hash that counts attempts with the same region and date of birth."""
        return keyed_hash("verification-prefix", self.number[:PREFIX_LENGTH])

    def seal(self, key: object) -> bytes:
        """The facts sealed for the attempt ``key``."""
        text = json.dumps(asdict(self), ensure_ascii=False)
        return seal(text.encode(), context=_context(key))

    @classmethod
    def unseal(cls, sealed: bytes | memoryview, key: object) -> "Facts":
        """The facts sealed in the attempt ``key``. Raises vault.cipher.UnsealError."""
        return cls(**json.loads(unseal(sealed, context=_context(key))))


def canonical_item(text: str) -> str:
    """A candidate or student number without differences of width, case, spaces and hyphens."""
    return fold_signs(text).upper().replace(" ", "").replace("-", "")


def _context(key: object) -> str:
    return f"verification-attempt:{key}"
