"""Passwords found in breaches, looked up in a list on the portal's own disk.

No service abroad is asked. The list is a text file of SHA-1 digests in upper case, sorted, one a
line, as Have I Been Pwned gives it out; what follows a digest on its line is ignored.
"""

import hashlib
import os
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DIGEST_LENGTH = 40
MAX_LINE = 100  # bytes


class BreachedPasswordValidator:
    """Rejects a password of the list in ``BREACHED_PASSWORDS`` (OWASP ASVS 5.0, 6.2.12)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError if the list has the password; without a list do nothing."""
        if settings.BREACHED_PASSWORDS and _is_listed(password, settings.BREACHED_PASSWORDS):
            raise ValidationError(
                _("This password has been found in stolen data. Choose another one."),
                code="password_is_breached",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be one that was found in stolen data.")


def _is_listed(password: str, path: str) -> bool:
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with open(path, "rb") as listed:
        return _line_at(listed, _first_not_below(listed, digest))[:DIGEST_LENGTH] == digest


def _first_not_below(listed: BinaryIO, digest: bytes) -> int:
    """An offset whose line is the first that is not below ``digest``; by halving."""
    low, high = 0, listed.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        if _line_at(listed, middle)[:DIGEST_LENGTH] < digest and _line_at(listed, middle):
            low = middle + 1
        else:
            high = middle
    return low


def _line_at(listed: BinaryIO, offset: int) -> bytes:
    """The first line that begins at ``offset`` or after it; empty at the end."""
    listed.seek(max(offset - 1, 0))
    if offset:
        listed.readline(MAX_LINE)
    return listed.readline(MAX_LINE)
