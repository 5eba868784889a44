"""The text that a number format displays for a cell (ECMA-376 part 1, 18.8.31).

The result differs from the screen in two ways, because a registry needs the exact
number: grouping commas are omitted, and scientific notation, fractions and General
give every digit.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property

from enrollment.fields.cell_marks import LOST_DIGITS, NOT_SHOWN
from enrollment.files.workbooks.date_formats import Moment, Token, shown_moment

# A double holds fifteen decimal digits; longer numbers were rounded on input.
EXACT_BELOW = 10**15
# 18.8.30, with the Chinese formats of Excel for ids without a code in the standard.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: "yyyy年m月", 28: "m月d日", 29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 32: "h时mm分",
    33: "h时mm分ss秒", 34: "上午/下午h时mm分", 35: "上午/下午h时mm分ss秒", 36: "yyyy年m月",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 49: "@", 50: "yyyy年m月", 51: "m月d日",
    52: "yyyy年m月", 53: "m月d日", 54: "m月d日", 55: "上午/下午h时mm分", 56: "上午/下午h时mm分ss秒",
    57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _. | \*. |
    \[\$(?P<currency>[^\[\]-]*+)(?:-[^\[\]]*+)?\] | \[(?P<elapsed>h+|m+|s+)\] |
    \[(?P<condition>[<>=]+-?[0-9.]+)\] | \[[^\[\]]*+\] |
    (?P<halves>AM/PM|A/P|上午/下午) | (?P<general>G/通用格式|General) |
    (?P<power>E[+-]) | (?P<date>y+|m+|d+|h+|s+|e+|a{3,4}) |
    (?P<digit>[0\#?]) | (?P<sign>[.,%@/;]) | (?P<literal>.)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"(?<![<>=])([<>=]++)(-?[0-9.]+)")
_MAX_CODE = 255

Shown = str | Moment


@dataclass(frozen=True)
class NumberFormat:
    """A compiled format: one section for all numbers, or one for each sign, and one for text."""

    sections: tuple[tuple[Token, ...], ...]

    def of_number(self, value: float, from_1904: bool) -> Shown:
        """The text for a number; dates and times keep their value beside the text."""
        if not math.isfinite(value):
            return "#NUM!"
        section, shows_sign = self._section(value)
        if any(token.kind in ("date", "elapsed") for token in section):
            return shown_moment(value, section, from_1904=from_1904)
        if value.is_integer() and abs(value) >= EXACT_BELOW:
            return f"{LOST_DIGITS}{int(value)}"
        kinds = {token.kind for token in section}
        if self.sections == ((),) or kinds & {"power", "/"}:
            return general(value)
        text = _filled(abs(value), section)
        if not text.strip():
            return NOT_SHOWN
        return f"-{text}" if value < 0 and shows_sign and text.strip("0.") else text

    @cached_property
    def shows_plain_text(self) -> bool:
        """Whether a text is displayed unchanged."""
        return self.of_text("@") == "@"

    def of_text(self, text: str) -> str:
        """The displayed form of a text, by the section with @ if there is one."""
        for section in self.sections[-1:]:
            kinds = {token.kind for token in section}
            if "@" in kinds:
                return "".join(
                    text if token.kind == "@" else token.text if token.kind == "literal" else ""
                    for token in section
                )
        return NOT_SHOWN if len(self.sections) > 3 and not self.sections[3] else text

    def _section(self, value: float) -> tuple[tuple[Token, ...], bool]:
        """The section for a number, and whether a minus sign is put before it."""
        numeric = self.sections[:3]
        for section in numeric:
            for token in section:
                if token.kind == "condition" and _holds(token.text, value):
                    return section, True
        if any(token.kind == "condition" for section in numeric for token in section):
            return numeric[-1], True
        if value < 0 and len(numeric) > 1:
            return numeric[1], False
        if value == 0 and len(numeric) > 2:
            return numeric[2], False
        return numeric[0], True


def is_built_in(number: int) -> bool:
    """Whether the format has a built-in id."""
    return number in _BUILT_IN


def built_in(number: int) -> str:
    """The format code of a built-in id."""
    return _BUILT_IN.get(number, "General")


@cache
def compiled(code: str) -> NumberFormat:
    """The format of a code; one that is too long for a spreadsheet shows as General."""
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code[:_MAX_CODE] if len(code) <= _MAX_CODE else ""):
        kind, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "sign" and text == ";":
            sections.append([])
        elif kind == "sign":
            sections[-1].append(Token(text, text))
        elif kind in ("quoted", "escaped", "currency", "literal"):
            sections[-1].append(Token("literal", text))
        elif kind:
            sections[-1].append(Token(kind, text.lower() if kind != "halves" else text))
    return NumberFormat(tuple(map(tuple, sections)))


def general(value: float) -> str:
    """All digits of a number without a format."""
    if value.is_integer() and abs(value) < EXACT_BELOW:
        return str(int(value))
    return format(value, ".15g").upper()


def _holds(condition: str, value: float) -> bool:
    match = _CONDITION.fullmatch(condition)
    tests: dict[str, Callable[[float], bool]] = {
        "<": value.__lt__, ">": value.__gt__, "=": value.__eq__,
        "<=": value.__le__, ">=": value.__ge__, "<>": value.__ne__,
    }  # fmt: skip
    if match is None or match[1] not in tests or match[2].count(".") > 1:
        return False
    return tests[match[1]](float(match[2]))


def _filled(value: float, section: tuple[Token, ...]) -> str:
    """The section with the digits of ``value`` in its placeholders."""
    kinds = [token.kind for token in section]
    if "general" in kinds or "@" in kinds:
        return "".join(
            general(value) if token.kind in ("general", "@") else token.text
            for token in section
            if token.kind in ("general", "@", "literal")
        )
    point = kinds.index(".") if "." in kinds else len(kinds)
    whole_places = [at for at, kind in enumerate(kinds) if kind == "digit" and at < point]
    part_places = [at for at, kind in enumerate(kinds) if kind == "digit" and at > point]
    number = Decimal(repr(value)).scaleb(2 * kinds.count("%") - 3 * _scaling(kinds, point))
    rounded = number.quantize(Decimal(1).scaleb(-len(part_places)), ROUND_HALF_UP)
    whole, _point, part = f"{rounded:f}".partition(".")
    digits = _whole_digits(whole.lstrip("0"), whole_places, section)
    digits |= _part_digits(part, part_places, section)
    shows_part = any(digits.get(at) for at in part_places)
    return "".join(
        digits.get(at, "") if token.kind == "digit"
        else token.text if token.kind in ("literal", "%", "/")
        else "." if token.kind == "." and shows_part
        else ""
        for at, token in enumerate(section)
    )  # fmt: skip


def _scaling(kinds: list[str], point: int) -> int:
    """The number of commas after the last integer digit; each divides by a thousand."""
    last = max((at for at, kind in enumerate(kinds[:point]) if kind == "digit"), default=None)
    if last is None:
        return 0
    count = 0
    while last + 1 + count < point and kinds[last + 1 + count] == ",":
        count += 1
    return count


def _whole_digits(digits: str, places: list[int], section: tuple[Token, ...]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at in reversed(places[1:]):
        found[at], digits = digits[-1:] or _filler(section[at]), digits[:-1]
    if places:
        found[places[0]] = digits or _filler(section[places[0]])
    return found


def _part_digits(digits: str, places: list[int], section: tuple[Token, ...]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at, digit in reversed(list(zip(places, digits, strict=True))):
        is_end = digit == "0" and not any(found.values())
        found[at] = _filler(section[at]) if is_end else digit
    return found


def _filler(place: Token) -> str:
    return "0" if place.text == "0" else ""
