"""The form of a username (guide row 14)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import fold_typed

MIN_LENGTH, MAX_LENGTH = 4, 32
# Starts with a letter, unlike phone and certificate numbers; no @, unlike e-mail addresses.
_SHAPE = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._-]*")
_MANY_DIGITS = re.compile(r"[0-9]{7}")


def clean_username(typed: str) -> str:
    """``typed`` with full-width characters folded. Raises ValidationError."""
    name = fold_typed(typed)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        raise ValidationError(_("A username has 4 to 32 characters."))
    if not _SHAPE.fullmatch(name):
        raise ValidationError(
            _("Start with a letter or a Chinese character, then use only letters, digits and . _ -")
        )
    if _MANY_DIGITS.search(name):
        raise ValidationError(
            _("No more than six digits in a row: it must not look like a phone or ID number.")
        )
    return name


def masked_username(name: str) -> str:
    """``x***6`` for ``xiaoyu2026``: enough for its owner to recognise."""
    return f"{name[:1]}***{name[-1:]}"
