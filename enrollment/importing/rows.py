"""One row of a registry file: every cell checked and brought to its canonical form.

Built for a million rows: words of closed lists and dates are looked up once
and remembered, the check digit is computed inline, and a row that is word for
word as last imported is known by its keyed fingerprint before any of this.
"""

import hmac
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Final

from enrollment.identity.certificates import CertificateType, certificate_type
from enrollment.identity.name import InvalidNameError, canonical_name, clean_name
from enrollment.identity.number import InvalidNumberError, canonical_number, id_facts
from enrollment.importing import vocabulary as words
from enrollment.importing.faults import Problem, RowFault
from vault.cipher import KeyRing, key_ring
from vault.lookup import purpose_key

# Put before a workbook's number too long for a number cell: its last digits are gone.
LOST_DIGITS: Final = "\x1a"
# Changes whenever the checks change, so that rows once accepted are checked again.
RULES: Final = "1"
NULL: Final = "\\N"
MEMO_LIMIT = 20_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}\Z", re.IGNORECASE)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_DATE = re.compile(
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})?|[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?)"
    r"(?:[ T]00:00(?::00)?(?:\.0+)?)?\Z"
)
_WRAPPED = re.compile("[='\"]")
_NUMBER = re.compile(r"[0-9A-Za-z_.\-]+\Z")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})\Z")
_RESIDENT_KINDS = frozenset({CertificateType.RESIDENT_ID, CertificateType.RESIDENCE_PERMIT})

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
        return _escape(aliases.get(text, text) if aliases else text)

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
# The same for a whole class: converted together, and remembered together.
SHARED = frozenset(
    "major_code major_name level schooling_years education_type study_mode entry_date college "
    "department class_code expected_leaving_date".split()
)
REQUIRED = frozenset({"status"})


class RowChecker:
    """Checks the rows of one file for one institution.

    ``staged_columns`` names what ``check`` returns, in order, as COPY text.
    """

    def __init__(self, mapping: Mapping[str, int], institution_code: str) -> None:
        self._code = institution_code
        self._code_at = mapping.get("institution_code")
        self._name_at = mapping["name"]
        self._number_at = mapping["certificate_number"]
        self._phone_at = mapping.get("phone")
        self._student_at = mapping.get("student_number")
        self._width = max(mapping.values()) + 1
        plain = {**NUMBERS, **REPEATING}
        self._plan: list[tuple[str, int, Convert, dict[str, str | Fault] | None]] = [
            (name, mapping[name], convert, {} if name in REPEATING else None)
            for name, convert in plain.items()
            if name in mapping and name not in SHARED
        ]
        self._shared = [
            (name, mapping[name]) for name in REPEATING if name in SHARED & mapping.keys()
        ]
        # One place more, so that a single shared column gives a tuple too.
        self._shared_cells = itemgetter(self._name_at, *(at for _, at in self._shared))
        self._shared_memo: dict[tuple[str, ...], str | list[tuple[str, str]]] = {}
        self._positions = sorted(
            (name, at) for name, at in mapping.items() if name != "institution_name"
        )
        shape = "\x1e".join([RULES, institution_code, *(name for name, _ in self._positions)])
        self._fingerprint_key = hmac.digest(purpose_key("row"), shape.encode(), "sha256")
        self._read_at = [at for _, at in self._positions]
        self._ring: KeyRing = key_ring()
        self._certificate_key = purpose_key("certificate")
        self._phone_key = purpose_key("phone")
        names = self._plan_names = [name for name, *_ in self._plan]
        self._extra = [name for name in ("gender", "birth_date") if name not in names]
        if "certificate_type" not in names:
            self._extra.append("certificate_type")
        self.staged_columns = [
            "fingerprint", "key", "name", "name_canonical", "certificate_hash",
            "certificate_sealed", *names, *self._extra, *(name for name, _ in self._shared),
        ]  # fmt: skip
        if self._phone_at is not None:
            self.staged_columns += ["phone_hash", "phone_sealed"]

    def fit(self, cells: list[str]) -> list[str]:
        """The row without the blanks around its cells, as wide as the mapping needs."""
        row = [cell.strip() for cell in cells]
        if _WRAPPED.search("\x1f".join(row)):
            row = [_unwrap(cell) for cell in row]
        if len(row) < self._width:
            row += [""] * (self._width - len(row))
        return row

    def fingerprint(self, row: Sequence[str]) -> bytes:
        """16 keyed bytes over every mapped cell, in an order no file decides."""
        text = "\x1f".join([row[at] for at in self._read_at])
        return hmac.digest(self._fingerprint_key, text.encode("utf-8", "surrogatepass"), "sha256")[
            :16
        ]

    def student_number(self, row: Sequence[str]) -> str:
        """The student number as the file writes it; empty when there is no such column."""
        return "" if self._student_at is None else row[self._student_at]

    def check(
        self, row_number: int, row: Sequence[str], fingerprint: bytes
    ) -> tuple[str | None, list[Problem]]:
        """The line for COPY (None when the row cannot be taken) and what is wrong."""
        found: list[Problem] = []
        values: dict[str, str] = {}
        for name, at, convert, memo in self._plan:
            raw = row[at]
            value = memo.get(raw) if memo is not None else None
            if value is None:
                value = _converted(memo, convert, raw)
            if isinstance(value, Fault):
                found.append(Problem(row_number, name, value.code))
                value = ""
            elif not value and name in REQUIRED:
                found.append(Problem(row_number, name, RowFault.BLANK))
            values[name] = value
        shared = self._shared_text(row)
        if isinstance(shared, list):
            found += [Problem(row_number, name, code) for name, code in shared]
            shared = ""
        number = self._identity(row_number, row, values, found)
        self._belonging(row_number, row, values, found)
        if any(not problem.is_warning for problem in found):
            return None, found
        return self._line(row_number, row, values, shared, number, fingerprint, found), found

    def _shared_text(self, row: Sequence[str]) -> str | list[tuple[str, str]]:
        """The shared cells as COPY text, or the faults in them."""
        if not self._shared:
            return ""
        cells = self._shared_cells(row)[1:]
        known = self._shared_memo.get(cells)
        if known is not None:
            return known
        values, faults = [], []
        for (name, _), raw in zip(self._shared, cells, strict=True):
            value = _converted(None, REPEATING[name], raw)
            if isinstance(value, Fault):
                faults.append((name, value.code))
            else:
                values.append(value)
        if len(self._shared_memo) >= MEMO_LIMIT:
            self._shared_memo.clear()
        self._shared_memo[cells] = faults or "\t".join(values)
        return self._shared_memo[cells]

    def _identity(
        self, row_number: int, row: Sequence[str], values: dict[str, str], found: list[Problem]
    ) -> str:
        kind = values.setdefault("certificate_type", CertificateType.RESIDENT_ID.value)
        try:
            values["name"] = clean_name(row[self._name_at])
            values["name_canonical"] = canonical_name(values["name"])
        except InvalidNameError as error:
            found.append(Problem(row_number, "name", f"name:{error.fault.value}"))
        raw = row[self._number_at]
        try:
            number = canonical_number(raw, kind or CertificateType.RESIDENT_ID)
        except InvalidNumberError as error:
            code = RowFault.NUMBER_CELL if _is_damaged(raw) else f"number:{error.fault.value}"
            found.append(Problem(row_number, "certificate_number", code))
            return ""
        if kind in _RESIDENT_KINDS:
            _compare_with_id(row_number, number, values, found)
        return number

    def _belonging(
        self, row_number: int, row: Sequence[str], values: dict[str, str], found: list[Problem]
    ) -> None:
        if self._code_at is not None:
            code = row[self._code_at]
            if code and code[-5:] != self._code:
                fault = RowFault.OTHER_INSTITUTION
                found.append(Problem(row_number, "institution_code", fault))
        if values.get("student_number") or values.get("candidate_number"):
            return
        if not any(problem.column in NUMBERS for problem in found):
            found.append(Problem(row_number, "student_number", RowFault.NO_NUMBER))

    def _line(
        self,
        row_number: int,
        row: Sequence[str],
        values: dict[str, str],
        shared: str,
        number: str,
        fingerprint: bytes,
        found: list[Problem],
    ) -> str:
        key = _new_key()
        phone = self._phone(row_number, row, found)
        digest = hmac.digest(self._certificate_key, number.encode(), "sha256")
        sealed = self._ring.seal(number.encode(), context=f"record-certificate:{key}")
        names = [_escape(values["name"]), _escape(values["name_canonical"])]
        rest = [values[name] for name in self._plan_names]
        rest += [values.get(name, NULL) for name in self._extra]
        if self._shared:
            rest.append(shared)
        # A row that deserves a warning keeps no fingerprint, so that it is told each time.
        line = [
            "\\\\x" + (b"" if found else fingerprint).hex(),
            key, *names, "\\\\x" + digest.hex(), "\\\\x" + sealed.hex(), *rest,
        ]  # fmt: skip
        if self._phone_at is not None:
            line += self._phone_parts(phone, key)
        return "\t".join(line)

    def _phone(self, row_number: int, row: Sequence[str], found: list[Problem]) -> str:
        if self._phone_at is None or not row[self._phone_at]:
            return ""
        digits = row[self._phone_at].translate(_WIDE).replace(" ", "").replace("-", "")
        match = _MOBILE.match(digits)
        if match:
            return "+86" + match[1]
        found.append(Problem(row_number, "phone", RowFault.PHONE_IGNORED))
        return ""

    def _phone_parts(self, phone: str, key: str) -> list[str]:
        if not phone:
            return [NULL, NULL]
        digest = hmac.digest(self._phone_key, phone.encode(), "sha256")
        sealed = self._ring.seal(phone.encode(), context=f"record-phone:{key}")
        return ["\\\\x" + digest.hex(), "\\\\x" + sealed.hex()]


def _converted(memo: dict[str, str | Fault] | None, convert: Convert, raw: str) -> str | Fault:
    value = Fault(RowFault.NUMBER_CELL) if raw.startswith(LOST_DIGITS) else convert(raw)
    if memo is not None:
        if len(memo) >= MEMO_LIMIT:
            memo.clear()
        memo[raw] = value
    return value


def _compare_with_id(
    row_number: int, number: str, values: dict[str, str], found: list[Problem]
) -> None:
    facts = id_facts(number)
    born, gender = facts.birth_date.isoformat(), str(facts.gender)
    if values.get("birth_date", NULL) in ("", NULL):
        values["birth_date"] = born
    elif values["birth_date"] != born:
        found.append(Problem(row_number, "birth_date", RowFault.BIRTH_DATE_DIFFERS))
    if values.get("gender", "0") in ("", "0"):
        values["gender"] = gender
    elif values["gender"] != gender:
        found.append(Problem(row_number, "gender", RowFault.GENDER_DIFFERS))
    if not facts.region_known:
        found.append(Problem(row_number, "certificate_number", RowFault.REGION_UNKNOWN))


def _is_damaged(raw: str) -> bool:
    """Whether a spreadsheet has taken the number for a quantity: 3.6E+17, or 000 at the end."""
    return (
        raw.startswith(LOST_DIGITS)
        or bool(_SCIENTIFIC.search(raw))
        or (len(raw) == 18 and raw.isdigit() and raw.endswith("000"))
    )


def _unwrap(cell: str) -> str:
    # ="…" is how people force Excel to open a CSV cell as text.
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell.removeprefix("'")


def _new_key() -> str:
    """A random UUID, version 4; twice as fast as ``uuid.uuid4`` with ``str``."""
    text = os.urandom(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\")
