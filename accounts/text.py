"""Folding of texts that look alike: titles, values, names, classes.

Keyboards, word processors and old systems write one thing in many ways. Each table below handles
one kind of difference, and all other modules combine these.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

Table = dict[int, str | int | None]
# Maximum characters of a cached text; longer ones rarely repeat.
_CACHED_LENGTH: Final = 100

# Maximum characters of a compared text; no stored value is as long. Unicode normalisation
# sorts combining marks in quadratic time, so texts are cut first.
MAX_LENGTH: Final = 1000

# Invisible characters: joiners, directions, byte-order marks, soft hyphens, variation selectors.
_MARKS = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F), (0xE0100, 0xE01EF),
)  # fmt: skip
INVISIBLE: Final = "".join(chr(n) for first, last in _MARKS for n in range(first, last + 1))
BLANKS: Final = (
    " \t\n\v\f\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0"
)
APOSTROPHES: Final = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02ca\u02cb\u2018\u2019\u201b\u2032\u2035\uff07\uff40"
)
DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u30fc\ufe58\ufe63\uff0d\uff70"
INTERPUNCTS: Final = "\u00b7\u2022\u30fb\uff65\u0387\u2027\u2219\u22c5\u2e31\ua78f"
FULL_STOPS: Final = ".\uff0e\ufe52\u2024"
CIRCLES: Final = "\u3007\u25cb\u25ef\u2b55"
IDEOGRAPHS: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"

# Radicals that PDF extraction yields for characters; NFKC does not change these
# (Unicode Character Database, EquivalentUnifiedIdeograph).
_RADICALS = dict(
    zip(
        map(
            ord,
            "⺌⺎⺠⺧⺩⺫⺮⺶⺼⻄⻅⻆⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻭⻮⻯⻰⻱⻲⻳",
        ),
        "小兀民牛王目竹羊肉西见角贝车長镸长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
# Private-use code points that GBK and GB 18030-2000 gave to characters which Unicode took later;
# GB 18030-2022 maps them there. In the order of the bytes FE50 to FEA0, from U+E815 on.
_FROM_GBK = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌"
    "龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
_FULL_WIDTH: Table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HIDDEN: Table = {
    **dict.fromkeys(map(ord, INVISIBLE)),
    **dict.fromkeys(map(ord, BLANKS), " "),
}
_CHARACTERS: Table = {
    **{0xE815 + at: _RADICALS.get(ord(kept), kept) for at, kept in enumerate(_FROM_GBK)},
    **{0xE78D + at: chr(0xFE10 + at) for at in range(10)},
    0xE7C7: "\u1e3f",
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **_RADICALS,
}
# Equivalent signs in one form; a dot is an interpunct only between ideographs (fold_dots).
_SIGNS: Table = {
    **_FULL_WIDTH,
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, DASHES), "-"),
    **dict.fromkeys(map(ord, INTERPUNCTS), "\u00b7"),
    **dict.fromkeys(map(ord, FULL_STOPS), "."),
    **dict.fromkeys(map(ord, CIRCLES), "\u3007"),
    ord("【"): "(", ord("】"): ")", ord("〔"): "(", ord("〕"): ")", ord("﹙"): "(", ord("﹚"): ")",
}  # fmt: skip
_WIDTH: Table = {**_HIDDEN, **_FULL_WIDTH}
_SHOWN: Table = {**_CHARACTERS, **_HIDDEN}
_ALL: Table = {**_CHARACTERS, **_HIDDEN, **_SIGNS}
_IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")
_DOT = re.compile(rf"(?<=[{IDEOGRAPHS}])\s*[.\u3002\uff0e\uff61\ufe52\u2024]\s*(?=[{IDEOGRAPHS}])")
_REMOVABLE_BLANK = re.compile(rf"(?<=[{IDEOGRAPHS}0-9()]) (?=\S)|(?<=\S) (?=[{IDEOGRAPHS}0-9()])")


def fold_width(text: str) -> str:
    """``text`` without invisible characters, every blank as a space, full-width signs as ASCII."""
    return text[:MAX_LENGTH].translate(_WIDTH)


def tidy(text: str) -> str:
    """``text`` for display: no invisible characters, single spaces, standard characters.

    Visible signs are left as written.
    """
    return " ".join(_translated(text, _SHOWN).split())


def is_ideograph(character: str) -> bool:
    """Whether ``character`` is a Chinese one, also of a Unicode newer than Python's."""
    return _IDEOGRAPH.match(character) is not None


def fold_dots(text: str) -> str:
    """``text`` with every dot between two ideographs as an interpunct."""
    return _DOT.sub("\u00b7", text)


def fold_signs(text: str) -> str:
    """``text`` for comparing, with each kind of sign in one form; keeps blanks and case."""
    return fold_dots(" ".join(_translated(text, _ALL).split()))


def fold(text: str) -> str:
    """The form in which texts that look alike are equal; never for display.

    Ignores case, width, kinds of blanks, dashes, apostrophes and dots, and blanks beside an
    ideograph, digit or bracket. For words that repeat (titles, vocabularies, classes): results
    for short texts are cached.
    """
    return _cached_fold(text) if len(text) <= _CACHED_LENGTH else _folded(text[:MAX_LENGTH])


def compatible(text: str) -> str:
    """``text`` in Unicode form NFKC, normalised in pieces, so that it takes linear time."""
    pieces = (text[at : at + MAX_LENGTH] for at in range(0, len(text), MAX_LENGTH))
    return "".join(unicodedata.normalize("NFKC", piece) for piece in pieces)


def _folded(text: str) -> str:
    return _REMOVABLE_BLANK.sub("", fold_signs(text)).upper()


_cached_fold = lru_cache(maxsize=20_000)(_folded)


def _translated(text: str, table: Table) -> str:
    folded = unicodedata.normalize("NFC", text[:MAX_LENGTH]).translate(table)
    return unicodedata.normalize("NFC", folded)


def fold_typed(typed: str) -> str:
    """``typed`` with full-width characters as ASCII and without invisible characters."""
    return compatible(fold_width(typed)).strip()
