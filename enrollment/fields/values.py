"""One cell of a registry file: from what the file writes to the canonical text, or a fault."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, TypeVar

from accounts.text import fold, fold_width, tidy
from enrollment.fields import vocabulary as words
from enrollment.fields.faults import RowFault
from enrollment.identity.certificates import WORDS, CertificateType

# An empty field of COPY's text form.
NULL: Final = "\\N"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# 3.6E+17 as spreadsheets write it, 3.6E17 and 2.026E9 as Java does.
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}\Z|[0-9]\.[0-9]+E[0-9]\Z", re.IGNORECASE)
_DATE = re.compile(
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})?(?:\.0+)?"
    r"|[-/.年] ?([0-9]{1,2})(?:[-/.月] ?([0-9]{1,2})[日号]?|月)?)"
    # Midnight, in the words of whatever wrote the file; at 16:00 UTC it is midnight in China.
    r"(?:[ T](?:0?0:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00|\+08:?00)?|(16):00:00(?:\.0+)?Z))?\Z"
)
# A number cell drops its last zero: 2026.10 is kept as 2026.1.
_TENTH = re.compile(r"[0-9]{4}\.1\Z")
_NUMBER = re.compile(r"[0-9A-Za-z_.\-]+\Z")
# Almost every one; as short as the shortest limit.
_PLAIN_NUMBER = re.compile(r"[0-9A-Za-z]{1,18}\Z")
# What pandas and R make of a column of numbers with one empty cell.
_FLOAT = re.compile(r"([0-9]{1,15})\.0+\Z")
_LONG_FLOAT = re.compile(r"[0-9]{16,}\.0+\Z")
# A word with its code beside it: 01-汉族, 1.男, 居民身份证(1).
_CODED = re.compile(
    r"(?:[0-9A-Z]{1,3}[-.:·、]?([^0-9\u4e00-\u9fff]*+[\u4e00-\u9fff].*)"
    r"|([^\u4e00-\u9fff]*+[\u4e00-\u9fff].*)\([0-9A-Z]{1,3}\))\Z"
)
# Letters of ASCII and those with accents, between them what joins or parts syllables.
_PINYIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ][A-Za-zÀ-ÖØ-öø-ɏ '’,.·-]*\Z")
MAX_PINYIN: Final = 90
# In characters; no word of a closed list is longer, with its code beside it.
MAX_WORD: Final = 60
# 2.50, as a number of fixed width is written.
_DECIMALS = re.compile(r"[0-9]\.50+\Z")
_LOST_ZERO = re.compile(r"[0-9]{5}[TK]{0,2}\Z")

Convert = Callable[[str], "str | Fault"]


class Fault:
    """What a converter answers when a cell cannot be taken."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code


def text_cell(limit: int, aliases: Mapping[str, str] | None = None) -> Convert:
    """A converter for free text of at most ``limit`` characters, escaped for COPY."""
    known = folded_words(aliases or {})

    def convert(raw: str) -> str | Fault:
        text = whole(tidy(raw))
        if _CONTROL.search(text):
            return Fault(RowFault.CONTROL)
        if len(text) > limit:
            return Fault(RowFault.TOO_LONG)
        return escape(look_up(known, text) or text)

    return convert


def word_cell(vocabulary: Mapping[str, str], fault: RowFault) -> Convert:
    """A converter for a closed list; an empty cell stays empty."""
    known = folded_words(vocabulary)

    def convert(raw: str) -> str | Fault:
        if not raw:
            return ""
        return look_up(known, raw) or Fault(fault)

    return convert


T = TypeVar("T")


def folded_words(vocabulary: Mapping[str, T]) -> dict[str, T]:
    """A list of words by their folded form, in which ``look_up`` finds them."""
    return {fold(word): value for word, value in vocabulary.items()}


def look_up(known: Mapping[str, T], raw: str) -> T | None:
    """What a word means however it is spelled, also with its code beside it."""
    if len(raw) > MAX_WORD:
        return None
    word = fold(whole(raw))
    if word in known or not (coded := _CODED.match(word)):
        return known.get(word)
    return known.get(coded[1] or coded[2])


def date_cell(raw: str) -> str | Fault:
    """A date as ISO text; year and month alone mean the first of the month."""
    if not raw:
        return NULL
    text = tidy(fold_width(raw))
    if _TENTH.match(text):
        return Fault(RowFault.MONTH_NUMBER)
    match = _DATE.match(text)
    if not match:
        return Fault(RowFault.DATE)
    year, month, day = match[1], match[2] or match[4], match[3] or match[5] or "1"
    try:
        value = date(int(year), int(month), int(day)) + timedelta(days=1 if match[6] else 0)
    except (ValueError, OverflowError):
        return Fault(RowFault.DATE)
    return value.isoformat() if 1900 <= value.year <= 2100 else Fault(RowFault.DATE)


def pinyin_cell(raw: str) -> str | Fault:
    """A name in Latin letters, tone marks allowed; an empty cell stays empty."""
    text = tidy(fold_width(raw))
    if len(text) > MAX_PINYIN:
        return Fault(RowFault.TOO_LONG)
    return text if not text or _PINYIN.match(text) else Fault(RowFault.PINYIN)


def whole(number: str) -> str:
    """``number`` without the ``.0`` of a program that took it for a quantity."""
    match = _FLOAT.match(number)
    return match[1] if match else number


def number_cell(limit: int, fault: RowFault) -> Convert:
    """A converter for student and candidate numbers."""

    def convert(raw: str) -> str | Fault:
        if _PLAIN_NUMBER.match(raw):
            return raw
        number = whole(fold_width(raw).replace(" ", ""))
        is_float = "+" in number or "." in number
        if is_float and (_SCIENTIFIC.search(number) or _LONG_FLOAT.match(number)):
            return Fault(RowFault.NUMBER_CELL)
        if number and (len(number) > limit or not _NUMBER.match(number)):
            return Fault(fault)
        return number

    return convert


_GENDERS = folded_words(words.GENDERS)
_YEARS = folded_words(words.SCHOOLING_YEARS)


def certificate_type_cell(raw: str) -> str | Fault:
    """The certificate type; an empty cell means the resident identity card."""
    if not raw:
        return CertificateType.RESIDENT_ID.value
    kind = look_up(WORDS, raw)
    return kind.value if kind else Fault(RowFault.CERTIFICATE_TYPE)


def gender_cell(raw: str) -> str | Fault:
    """The gender as its digit of GB/T 2261.1; empty is 0."""
    if not raw:
        return "0"
    gender = look_up(_GENDERS, raw)
    return Fault(RowFault.GENDER) if gender is None else str(gender)


def years_cell(raw: str) -> str | Fault:
    """Years of schooling with one decimal."""
    if not raw:
        return NULL
    years = raw.rstrip("0") if _DECIMALS.match(raw) else raw
    return look_up(_YEARS, years) or Fault(RowFault.SCHOOLING_YEARS)


# Field → converter of its cells; the check of a row does the others.
CONVERTERS: dict[str, Convert] = {
    "name_pinyin": pinyin_cell,
    "gender": gender_cell,
    "birth_date": date_cell,
    "certificate_type": certificate_type_cell,
    "ethnicity": word_cell(words.ETHNICITIES, RowFault.ETHNICITY),
    "political_status": text_cell(30, words.POLITICAL_STATUSES),
    "major_code": text_cell(20),
    "major_name": text_cell(100),
    "level": word_cell(words.LEVELS, RowFault.LEVEL),
    "schooling_years": years_cell,
    "education_type": text_cell(20, words.EDUCATION_TYPES),
    "study_mode": word_cell(words.STUDY_MODES, RowFault.STUDY_MODE),
    "entry_date": date_cell,
    "college": text_cell(100),
    "department": text_cell(100),
    "class_code": text_cell(50),
    "expected_leaving_date": date_cell,
    "status": word_cell(words.STATUSES, RowFault.STATUS),
    "student_number": number_cell(20, RowFault.STUDENT_NUMBER),
    "candidate_number": number_cell(18, RowFault.CANDIDATE_NUMBER),
}


def doubt(name: str, value: str) -> RowFault | None:
    """What is strange about a converted value, though it is taken; None mostly."""
    if name == "major_code" and _LOST_ZERO.match(value):
        return RowFault.CODE_ZERO
    return None


def institution_code(raw: str) -> str:
    """The five digits of an institution: its code, or the end of its ten-digit identifier."""
    return whole(fold_width(raw).replace(" ", ""))[-5:]


def is_damaged_number(raw: str) -> bool:
    """Whether a spreadsheet has taken a number for a quantity: 3.6E+17, or 000 at the end."""
    return (
        bool(_SCIENTIFIC.match(raw))
        or bool(_LONG_FLOAT.match(raw))
        or (len(raw) == 18 and raw.isdigit() and raw.endswith("000"))
    )


def escape(text: str) -> str:
    """Text as COPY reads it; control characters have been refused before."""
    return text.replace("\\", "\\\\")
