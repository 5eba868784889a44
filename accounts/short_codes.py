"""Random codes for people to read out and type: drawing, grouping and parsing."""

import secrets

from accounts.text import fold_typed

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0, 1, I, L and O, which are mixed up


def draw_code(length: int, alphabet: str = READABLE) -> str:
    """A random code of ``length`` characters; ``READABLE`` gives 4.95 bits per character."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def grouped(code: str) -> str:
    """The code in groups of four: ``ABCD-EFGH``."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed_code(text: str) -> str:
    """The code in ``text``: capitals, ASCII for full width, no spaces or hyphens."""
    return "".join(char for char in fold_typed(text).upper() if char.isalnum())
