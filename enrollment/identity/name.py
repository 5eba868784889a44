"""Names of persons: stored form, form for comparison, and masking.

Traditional and simplified characters are never equated: 髙 and 高 are two names.
"""

import re
import unicodedata
from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.text import CIRCLES, IDEOGRAPHS, INTERPUNCTS, fold_dots, fold_signs, tidy

MAX_LENGTH = 50
INTERPUNCT = "\u00b7"

_KEPT_SIGNS: dict[int, str | int] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, INTERPUNCTS), INTERPUNCT),
    **dict.fromkeys(map(ord, CIRCLES), "\u3007"),
}
_INTERPUNCTS = re.compile(rf"(?<!\s)\s*{INTERPUNCT}[\s{INTERPUNCT}]*")
_DOTS = re.compile(r"(?<!\s)\s*[.\u00b7][\s.\u00b7]*")
_PLAIN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]{1,50}\Z")
_IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")


class NameFault(models.TextChoices):
    """Why a name is refused; the label is for the person who typed it."""

    EMPTY = "empty", _("Enter the name.")
    TOO_LONG = "too_long", _("A name has at most 50 characters.")
    PRIVATE_USE = (
        "private_use",
        _(
            "The name holds a character that only an old font can show. "
            "Replace it with the character of the national standard GB 18030."
        ),
    )
    CONTROL = "control", _("The name has an invisible control character. Type the name again.")


# Placeholders in files for a missing name; common ideographs only.
PLACEHOLDERS = frozenset(
    "无 暂无 空 测试 测试用户 未知 不详 待定 待补 姓名 学生 某某 某某某 匿名".split()
)
_NO_NAMES = PLACEHOLDERS | frozenset("TEST NULL NONE NAN N/A NA NIL XXX XX X".split())
_LOST = re.compile(r"[?*\u25a1\u25a0\u25a2\u25af\u2610\ufffd\u3013\u00bf]")
_SEVERAL = re.compile(rf"[0-9@;；/\\&+=#<>|]|[{IDEOGRAPHS}]\s*[,，、()]")


class NameDoubt(Enum):
    """What is suspicious about a name that can be stored nevertheless."""

    LOST_CHARACTER = "lost_character"
    NO_NAME = "no_name"


class InvalidNameError(ValueError):
    """The name cannot be stored."""

    def __init__(self, fault: NameFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def clean_name(text: str) -> str:
    """The name as stored and shown.

    Look-alikes, radicals and full-width letters are folded, invisible characters dropped; a
    Chinese name loses its inner spaces, another keeps single ones. A dot is an interpunct
    between ideographs only: “John A. Smith” keeps its own. Raises InvalidNameError.
    """
    if is_plain_name(text):
        return text
    folded = tidy(fold_dots(tidy(text).translate(_KEPT_SIGNS)))
    _refuse_hidden(folded)
    is_chinese = _IDEOGRAPH.search(folded) is not None
    name = unicodedata.normalize("NFC", folded.replace(" ", "" if is_chinese else " "))
    name = _INTERPUNCTS.sub(INTERPUNCT, fold_dots(name))
    name = name.strip(f"{INTERPUNCT}. " if is_chinese else f"{INTERPUNCT} ")
    if not name:
        raise InvalidNameError(NameFault.EMPTY)
    if len(name) > MAX_LENGTH:
        raise InvalidNameError(NameFault.TOO_LONG)
    return name


def doubt_name(name: str) -> NameDoubt | None:
    """What is suspicious about a cleaned name: lost character, placeholder, several people."""
    if _LOST.search(name):
        return NameDoubt.LOST_CHARACTER
    if name.upper() in _NO_NAMES or _SEVERAL.search(name) or not any(map(str.isalpha, name)):
        return NameDoubt.NO_NAME
    return None


def is_plain_name(text: str) -> bool:
    """Whether ``text`` is a Chinese name that needs no cleaning or folding."""
    return _PLAIN.match(text) is not None


def canonical_name(text: str) -> str:
    """The form for comparison: ``clean_name`` without case and variants of signs.

    Apostrophes and dashes count alike, and so do a dot and an interpunct, with or without a
    blank after them. Raises InvalidNameError.
    """
    name = clean_name(text)
    if is_plain_name(name):
        return name
    signs = _DOTS.sub(INTERPUNCT, fold_signs(name)).strip(INTERPUNCT)
    # Upper case makes a few letters longer (ß); the column has room for 50.
    return (signs or name).upper()[:MAX_LENGTH]


def mask_name(name: str) -> str:
    """A masked name its bearer recognises: first and last character, as in 王*明, 张*."""
    if len(name) < 3:
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _refuse_hidden(text: str) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Co":
            raise InvalidNameError(NameFault.PRIVATE_USE)
        if category in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise InvalidNameError(NameFault.CONTROL)
