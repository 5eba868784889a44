"""One cell of a registry file: from what the file writes to the canonical text, or a fault."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from enrollment.identity.certificates import CertificateType, certificate_type
from enrollment.importing import vocabulary as words
from enrollment.importing.faults import RowFault

# Put before a workbook's number too long for a number cell: its last digits are gone.
LOST_DIGITS: Final = "\x1a"
# An empty field of COPY's text form.
NULL: Final = "\\N"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}\Z", re.IGNORECASE)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_DATE = re.compile(
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})?|[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?)"
    r"(?:[ T]00:00(?::00)?(?:\.0+)?)?\Z"
)
_NUMBER = re.compile(r"[0-9A-Za-z_.\-]+\Z")

Convert = Callable[[str], "str | Fault"]


class Fault:
    """What a converter answers when a cell cannot be taken."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code


def text_cell(limit: int, aliases: Mapping[str, str] | None = None) -> Convert:
    """A converter for free text of at most ``limit`` characters, escaped for COPY."""

    def convert(raw: str) -> str | Fault:
        text = raw.translate(_WIDE) if aliases else raw
        text = " ".join(text.split(" "))
        if _CONTROL.search(text):
            return Fault(RowFault.CONTROL)
        if len(text) > limit:
            return Fault(RowFault.TOO_LONG)
        return escape(aliases.get(text, text) if aliases else text)

    return convert


def word_cell(vocabulary: Mapping[str, str], fault: RowFault) -> Convert:
    """A converter for a closed list; an empty cell stays empty."""

    def convert(raw: str) -> str | Fault:
        if not raw:
            return ""
        return vocabulary.get("".join(raw.translate(_WIDE).split()), Fault(fault))

    return convert


def date_cell(raw: str) -> str | Fault:
    """A date as ISO text; year and month alone mean the first of the month."""
    if not raw:
        return NULL
    match = _DATE.match(raw.translate(_WIDE))
    if not match:
        return Fault(RowFault.DATE)
    year, month, day = match[1], match[2] or match[4], match[3] or match[5] or "1"
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return Fault(RowFault.DATE)
    return value.isoformat() if 1900 <= value.year <= 2100 else Fault(RowFault.DATE)


def number_cell(limit: int, fault: RowFault) -> Convert:
    """A converter for student and candidate numbers."""

    def convert(raw: str) -> str | Fault:
        number = raw.translate(_WIDE).replace(" ", "")
        if "+" in number and _SCIENTIFIC.search(number):
            return Fault(RowFault.NUMBER_CELL)
        if number and (len(number) > limit or not _NUMBER.match(number)):
            return Fault(fault)
        return number

    return convert


def certificate_type_cell(raw: str) -> str | Fault:
    """The certificate type; an empty cell means the resident identity card."""
    if not raw:
        return CertificateType.RESIDENT_ID.value
    kind = certificate_type(raw)
    return kind.value if kind else Fault(RowFault.CERTIFICATE_TYPE)


def gender_cell(raw: str) -> str | Fault:
    """The gender as its digit of GB/T 2261.1; empty is 0."""
    if not raw:
        return "0"
    gender = words.GENDERS.get(raw.translate(_WIDE).strip().upper())
    return Fault(RowFault.GENDER) if gender is None else str(gender)


def years_cell(raw: str) -> str | Fault:
    """Years of schooling with one decimal."""
    if not raw:
        return NULL
    return words.SCHOOLING_YEARS.get(raw.translate(_WIDE), Fault(RowFault.SCHOOLING_YEARS))


# Cells whose values repeat: converted once, then remembered.
REPEATING: dict[str, Convert] = {
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
}
NUMBERS: dict[str, Convert] = {
    "student_number": number_cell(20, RowFault.STUDENT_NUMBER),
    "candidate_number": number_cell(18, RowFault.CANDIDATE_NUMBER),
}


def converted(raw: str, convert: Convert) -> str | Fault:
    """The cell by its converter; a number that a workbook has cut is a fault in any column."""
    return Fault(RowFault.NUMBER_CELL) if raw.startswith(LOST_DIGITS) else convert(raw)


def narrow(raw: str) -> str:
    """Full-width characters as their ASCII forms."""
    return raw.translate(_WIDE)


def is_damaged_number(raw: str) -> bool:
    """Whether a spreadsheet has taken a number for a quantity: 3.6E+17, or 000 at the end."""
    return (
        raw.startswith(LOST_DIGITS)
        or bool(_SCIENTIFIC.search(raw))
        or (len(raw) == 18 and raw.isdigit() and raw.endswith("000"))
    )


def escape(text: str) -> str:
    """Text as COPY reads it; control characters have been refused before."""
    return text.replace("\\", "\\\\")
