"""Certificate numbers: canonical form, checks, derived facts, and masking.

One person must have one canonical number however it was typed, because the keyed hash of that
form decides who may claim a record.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.text import BLANKS, DASHES, INVISIBLE
from enrollment.identity.certificates import CertificateType

# GB 11643-1999, 4.3 and appendix B (ISO 7064, MOD 11-2).
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
_ASCII_ZERO = ord("0") * sum(WEIGHTS)
# GB/T 2260, first two digits; 81-83 occur on residence permits.
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
FIRST_YEAR = 1900

_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]\Z")
# Letters and digits: a passport, a travel permit, a household register …
_LIKE_OTHER = re.compile(r"[0-9A-Z()]{4,20}\Z")
_DIGITS = re.compile(r"[0-9]*X?\Z")
_FIFTEEN = re.compile(r"[0-9]{15}\Z")
# Folds full-width forms to ASCII and drops dashes, blanks and invisible marks.
_FOLD: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, BLANKS + DASHES + INVISIBLE))


class NumberFault(models.TextChoices):
    """Why a certificate number is refused; the label is for the person who typed it."""

    EMPTY = "empty", _("Enter the certificate number.")
    CHARACTERS = "characters", _("Use only the digits and letters printed on the certificate.")
    OTHER_TYPE = (
        "other_type",
        _(
            "This is not an identity card number, which has 18 digits. "
            "If it is of another certificate, state its type under 证件类型."
        ),
    )
    LENGTH = "length", _("An identity card number has 18 characters (older cards have 15 digits).")
    BIRTH_DATE = "birth_date", _("Digits 7 to 14 of the number are not a possible date of birth.")
    CHECK_DIGIT = (
        "check_digit",
        _("The last character does not fit the other 17: one of them is probably mistyped."),
    )
    REGION = "region", _("A residence permit number begins with 81, 82 or 83.")
    FORMAT = "format", _("The number does not have the form used on this type of certificate.")


class InvalidNumberError(ValueError):
    """The certificate number is invalid; the message never contains the number."""

    def __init__(self, fault: NumberFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class IdFacts:
    """The facts encoded in an 18-character identity number."""

    birth_date: date
    gender: int  # GB/T 2261.1: 1 male, 2 female
    region_known: bool


def canonical_number(text: str, kind: str = CertificateType.RESIDENT_ID) -> str:
    """The form in which a number of this type is stored, hashed and compared.

    Spaces and hyphens are dropped, full-width characters and x are folded, a 15-digit
    identity number becomes the 18-character one of the same person, the reissue count of a
    travel permit is dropped, and a military number gets the words printed on the
    certificate. Raises InvalidNumberError.
    """
    number = text.translate(_FOLD).upper()
    if not number:
        raise InvalidNumberError(NumberFault.EMPTY)
    if kind == CertificateType.RESIDENT_ID:
        return _resident_id(number)
    if kind == CertificateType.RESIDENCE_PERMIT:
        return _residence_permit(number)
    if kind == CertificateType.PERMANENT_RESIDENT and _EIGHTEEN.match(number):
        return _permanent_resident(number)
    match = _FORMS[CertificateType(kind)].match(number)
    if not match:
        raise InvalidNumberError(NumberFault.FORMAT)
    if match.groupdict().get("word"):
        return f"{match['word']}字第{match['number']}号"
    return match["number"]


def check_character(first_17: str) -> str:
    """The 18th character for 17 ASCII digits (GB 11643, MOD 11-2)."""
    return CHECK_CHARACTERS[(sum(map(mul, WEIGHTS, first_17.encode())) - _ASCII_ZERO) % 11]


def id_facts(canonical: str) -> IdFacts:
    """Birth date, gender and region of a canonical 18-character identity number.

    Raises InvalidNumberError when digits 7 to 14 are not a date.
    """
    return IdFacts(
        birth_date=birth_date_of(canonical[6:14]),
        gender=1 if int(canonical[16]) % 2 else 2,
        region_known=canonical[:2] in PROVINCES,
    )


def mask_number(canonical: str) -> str:
    """First and last character with stars between; short numbers are all stars.

    The birth date is often shown on the same page: with the last four as well, so few
    numbers would be possible that the mask would hide nothing.
    """
    if len(canonical) < 5:
        return "*" * len(canonical)
    return canonical[0] + "*" * (len(canonical) - 2) + canonical[-1]


def mask_middle(canonical: str) -> str:
    """The number as its bearer compares it, the middle hidden: 510104********5993.

    For the bearer's own page alone: beside the birth date it hides next to nothing.
    """
    first, last = (6, 4) if len(canonical) >= 15 else (2, 2)
    if len(canonical) < 8:
        return mask_number(canonical)
    return canonical[:first] + "*" * (len(canonical) - first - last) + canonical[-last:]


@lru_cache(maxsize=65536)
def birth_date_of(digits: str) -> date:
    """The date of eight ASCII digits, not before 1900 and not in the future.

    Raises InvalidNumberError. Cached, because imports ask for the same few thousand days.
    """
    try:
        value = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise InvalidNumberError(NumberFault.BIRTH_DATE) from error
    if value.year < FIRST_YEAR or value > date.today():  # noqa: DTZ011  a day's zone is no matter
        raise InvalidNumberError(NumberFault.BIRTH_DATE)
    return value


def _resident_id(number: str) -> str:
    if _FIFTEEN.match(number):
        first_17 = number[:6] + "19" + number[6:]
        birth_date_of(first_17[6:14])
        return first_17 + check_character(first_17)
    if not _EIGHTEEN.match(number):
        if _DIGITS.match(number):
            raise InvalidNumberError(NumberFault.LENGTH)
        is_other = _LIKE_OTHER.match(number) and len(number) not in {15, 18}
        raise InvalidNumberError(NumberFault.OTHER_TYPE if is_other else NumberFault.CHARACTERS)
    birth_date_of(number[6:14])
    if check_character(number[:17]) != number[17]:
        raise InvalidNumberError(NumberFault.CHECK_DIGIT)
    return number


def _residence_permit(number: str) -> str:
    canonical = _resident_id(number)
    if canonical[:2] not in {"81", "82", "83"}:
        raise InvalidNumberError(NumberFault.REGION)
    return canonical


def _permanent_resident(number: str) -> str:
    """The card of 2023 (“five-star card”): GB 11643 with a leading 9."""
    if number[0] != "9":
        raise InvalidNumberError(NumberFault.FORMAT)
    return _resident_id(number)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + r"\Z", re.ASCII)


# 军字第2001988号, 士字第P011816449号: the word of the service, then at least four digits.
# 字, 第 and 号 are optional: forms with and without them denote one certificate.
_MILITARY = _form(r"(?P<word>[\u4e00-\u9fff]{0,6}?)字?第?(?P<number>[A-Z]{0,2}[0-9]{4,12})号?")
_FORMS = {
    # H or M, eight digits for life, two for the reissue count of the older card.
    CertificateType.HK_MACAO_PERMIT: _form(r"(?P<number>[HM][0-9]{8})(?:[0-9]{2})?"),
    # Eight digits for life; the older booklet adds two digits and a letter in brackets.
    CertificateType.TAIWAN_PERMIT: _form(r"(?P<number>[0-9]{8})(?:[0-9]{2}(?:\(?[A-Z]\)?)?)?"),
    # ICAO 9303 part 3: letters and digits, usually up to nine.
    CertificateType.PASSPORT: _form(r"(?P<number>(?=.*[0-9])[A-Z0-9]{5,15})"),
    # The card before 2023: three letters of the nationality and twelve digits.
    CertificateType.PERMANENT_RESIDENT: _form(r"(?P<number>[A-Z]{3}[0-9]{12})"),
    CertificateType.HOUSEHOLD_REGISTER: _form(r"(?P<number>(?=.*[0-9])[A-Z0-9]{4,20})"),
    CertificateType.OFFICER: _MILITARY,
    CertificateType.SOLDIER: _MILITARY,
    CertificateType.CIVILIAN_CADRE: _MILITARY,
    CertificateType.RETIRED_MILITARY: _MILITARY,
    CertificateType.OTHER: _form(r"(?P<number>(?=.*[0-9])[A-Z0-9()\u4e00-\u9fff]{3,30})"),
}
