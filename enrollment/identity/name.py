"""Names of persons: the form that is kept, the form that is compared, and masking.

Traditional and simplified characters are never equated: 髙 and 高 are two names.
"""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 50
INTERPUNCT = "\u00b7"

# Look-alikes of the interpunct on keyboards and in old files (DOMAIN 4).
_INTERPUNCTS = "\u2022\u30fb\uff65\u0387\u2027\uff0e."
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_VARIATION_SELECTORS = [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x180B, 0x180C, 0x180D]
# Radicals that PDF extraction puts in place of characters; NFKC leaves these alone
# (Unicode Character Database, EquivalentUnifiedIdeograph).
_RADICALS = str.maketrans(
    "⺌⺎⺠⺧⺩⺫⺮⺶⺼⻄⻅⻆⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻭⻮⻯⻰⻱⻲⻳",
    "小兀民牛王目竹羊肉西见角贝车長镸长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐歯齿竜龙龜亀龟",
)
_FOLD: dict[int, str | int | None] = {
    **_RADICALS,
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, _INTERPUNCTS), INTERPUNCT),
    **dict.fromkeys(map(ord, _ZERO_WIDTH)),
    **dict.fromkeys(_VARIATION_SELECTORS),
}
_PLAIN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]{1,50}\Z")
_IDEOGRAPH = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")


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
    CONTROL = "control", _("The name holds an invisible control character. Type the name anew.")


class InvalidNameError(ValueError):
    """A name that cannot be kept."""

    def __init__(self, fault: NameFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def clean_name(text: str) -> str:
    """The name as it is kept and shown.

    Look-alikes, radicals and full-width letters are folded, invisible characters
    dropped; a Chinese name loses its inner spaces, another keeps single ones.
    Raises InvalidNameError.
    """
    if is_plain_name(text):
        return text
    folded = unicodedata.normalize("NFC", text).translate(_FOLD).strip()
    _refuse_hidden(folded)
    between = "" if _IDEOGRAPH.search(folded) else " "
    name = between.join(folded.split())
    name = re.sub(rf"\s*{INTERPUNCT}[\s{INTERPUNCT}]*", INTERPUNCT, name).strip(INTERPUNCT)
    if not name:
        raise InvalidNameError(NameFault.EMPTY)
    if len(name) > MAX_LENGTH:
        raise InvalidNameError(NameFault.TOO_LONG)
    return name


def is_plain_name(text: str) -> bool:
    """Whether ``text`` is a Chinese name as it should be: kept and compared as it is."""
    return _PLAIN.match(text) is not None


def canonical_name(text: str) -> str:
    """The form that is compared: ``clean_name`` without regard to case.

    Raises InvalidNameError.
    """
    # A few letters grow when raised (ß); the column has room for 50.
    return clean_name(text).upper()[:MAX_LENGTH]


def mask_name(name: str) -> str:
    """A name that its bearer recognises: 王*明, 张*, first and last character only."""
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
