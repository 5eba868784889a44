"""Which characters the fonts of a printed report can show."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from cvttf_NotoSansCJK_Regular import get_TTF_path
from django.conf import settings
from django.core.signals import setting_changed
from fontTools.ttLib import TTFont

# Characters that need no glyph: controls and format characters, including variation selectors.
_UNSEEN = {"Cc", "Cf"}
_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


class MissingGlyphsError(Exception):
    """No available font can print ``characters``."""

    def __init__(self, characters: str) -> None:
        super().__init__(" ".join(f"U+{ord(char):04X}" for char in characters))
        self.characters = characters


def font_files() -> list[Path]:
    """The portal's own font and those of ``settings.REPORT_FONTS``, in search order."""
    return [Path(get_TTF_path()), *(Path(path) for path in settings.REPORT_FONTS)]


def missing_glyphs(text: str) -> str:
    """The characters of ``text`` that no report font has, each once, in order."""
    seen = dict.fromkeys(text)
    return "".join(char for char in seen if _is_seen(char) and ord(char) not in _known())


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN and ord(char) not in _SELECTORS


@cache
def _known() -> frozenset[int]:
    """All code points of the fonts; read once per process (half a second)."""
    known: set[int] = set()
    for path in font_files():
        with TTFont(path, lazy=True, fontNumber=0) as font:
            known.update(font.getBestCmap() or ())
    return frozenset(known)


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "REPORT_FONTS":
        _known.cache_clear()


setting_changed.connect(_forget, dispatch_uid="report-fonts")
