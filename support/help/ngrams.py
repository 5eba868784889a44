"""The units that the search compares: Latin words, and pairs of Chinese characters.

Chinese is written without spaces, so words cannot be separated; pairs of adjacent characters are
a good substitute (收不到短信 → 收不 不到 到短 短信).
"""

import re

from accounts.text import compatible

_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")
_MAX_GRAM = 40
MAX_LENGTH = 50_000  # characters; an article has at most 20,000 in each language


def grams_of(text: str) -> set[str]:
    """The grams of ``text``, ignoring case and compatibility forms."""
    folded = compatible(text[:MAX_LENGTH]).lower()
    found: set[str] = set()
    for run in _RUNS.findall(folded):
        if run[0].isascii() or len(run) == 1:
            found.add(run[:_MAX_GRAM])
        else:
            found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found
