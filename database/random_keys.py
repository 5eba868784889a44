"""Keys of rows that stand in addresses and links."""

import secrets
import uuid


def random_key() -> uuid.UUID:
    """A key of 128 random bits; the version of a usual UUID leaves 122 (ASVS 11.5.1)."""
    return uuid.UUID(bytes=secrets.token_bytes(16))
