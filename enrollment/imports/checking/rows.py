"""Check each row of a registry file and convert its cells to canonical form.

Fast enough for a million rows: repeated values are converted once (``shared_cells``,
``id_numbers``), random bytes are drawn for a block of rows (``encryption``), and a
row unchanged since the last import is recognized by its keyed fingerprint before
any conversion.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

from accounts.text import fold_signs, tidy
from enrollment.fields.catalogue import FIELDS, NUMBERS
from enrollment.fields.cell_marks import PADDING
from enrollment.fields.faults import Problem, RowFault
from enrollment.fields.marked_cells import kept_columns, plain_row, with_marked
from enrollment.fields.values import (
    CONVERTERS,
    NULL,
    Fault,
    escape,
    institution_code,
    is_damaged_number,
    whole,
)
from enrollment.identity.certificates import CertificateType
from enrollment.identity.name import (
    PLACEHOLDERS,
    InvalidNameError,
    NameDoubt,
    canonical_name,
    clean_name,
    doubt_name,
    is_plain_name,
)
from enrollment.identity.number import InvalidNumberError, canonical_number
from enrollment.imports.checking.encryption import RowSealer
from enrollment.imports.checking.id_numbers import IdReader, IdReading
from enrollment.imports.checking.shared_cells import (
    MEMO_LIMIT,
    OF_THE_CLASS,
    OF_THE_PERSON,
    OF_THE_ROW,
    WordGroup,
)
from vault.lookup import purpose_key

# Increase when the checks change, so that rows accepted earlier are checked again.
RULES_VERSION: Final = "6"
FINGERPRINT_BYTES = 16

# What people and spreadsheets put before digits to make them text, also as Word changes it.
_TEXT_SIGNS = frozenset("'`‘’")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})\Z")
_DOUBTS = {
    NameDoubt.LOST_CHARACTER: RowFault.LOST_CHARACTER,
    NameDoubt.NO_NAME: RowFault.NAME_DOUBTFUL,
}
_RESIDENT_KINDS = frozenset({CertificateType.RESIDENT_ID, CertificateType.RESIDENCE_PERMIT})


class RowChecker:
    """Checks the rows of one file for one institution.

    ``staged_columns`` names what ``check`` returns, in order, as COPY text.
    """

    def __init__(self, mapping: Mapping[str, int], institution_code: str) -> None:
        self._code = institution_code
        self._code_at = mapping.get("institution_code")
        self._name_at = mapping["name"]
        self._certificate_at = mapping["certificate_number"]
        self._phone_at = mapping.get("phone")
        self._student_at = mapping.get("student_number")
        self._width = max(mapping.values()) + 1
        self._person = WordGroup(OF_THE_PERSON, mapping)
        self._class = WordGroup(OF_THE_CLASS, mapping)
        self._own = [(name, mapping[name]) for name in OF_THE_ROW if name in mapping]
        # Blank cells of these two are filled from the identity number.
        self._stated: list[tuple[str, int, dict[str, str | Fault]]] = [
            (field.name, mapping[field.name], {})
            for field in FIELDS
            if field.from_id_number and field.name in mapping
        ]
        self._ids = IdReader()
        positions = sorted((name, at) for name, at in mapping.items() if name != "institution_name")
        shape = "\x1e".join([RULES_VERSION, institution_code, *(name for name, _ in positions)])
        key = hashlib.blake2b(shape.encode(), key=purpose_key("row")).digest()
        self._hash = hashlib.blake2b(key=key, digest_size=FINGERPRINT_BYTES)
        self._fingerprinted = itemgetter(*(at for _, at in positions))
        self.staged_columns = [
            "fingerprint", "key", "name", "name_canonical", "certificate_hash",
            "certificate_sealed", *(name for name, _ in self._own), "gender", "birth_date",
            *self._person.names, *self._class.names,
        ]  # fmt: skip
        self._kind_text = []
        if "certificate_type" not in mapping:
            self.staged_columns.append("certificate_type")
            self._kind_text.append(CertificateType.RESIDENT_ID.value)
        self.staged_columns.append("kept")
        if self._phone_at is not None:
            self.staged_columns += ["phone_hash", "phone_sealed"]
        self._places = positions

    def fit(self, cells: list[str], tidied: Counter[str]) -> list[str]:
        """The row with cells stripped, padded to the width that the mapping needs.

        Invisible marks and unusual blanks are folded; ``tidied`` counts them by column.
        """
        row = list(map(str.strip, cells))
        text = "".join(row)
        # Test the row as a whole: hardly any has a mark, a wide blank or a line break.
        if not text.isprintable():
            row = self._tidied(row, tidied)
        if "=" in text or not _TEXT_SIGNS.isdisjoint(text):
            row = list(map(_unwrap, row))
        if len(row) < self._width:
            row += [""] * (self._width - len(row))
        return row

    def _tidied(self, row: list[str], tidied: Counter[str]) -> list[str]:
        found = [cell if cell.isprintable() else tidy(cell.rstrip(PADDING)) for cell in row]
        for name, at in self._places:
            if at < len(row) and found[at] != row[at]:
                tidied[name] += 1
        return found

    def fingerprint(self, row: Sequence[str]) -> bytes:
        """A keyed hash (16 bytes) of the mapped cells, independent of the order of columns."""
        digest = self._hash.copy()
        digest.update("\x1f".join(self._fingerprinted(row)).encode("utf-8", "surrogatepass"))
        return digest.digest()

    def student_number(self, row: Sequence[str]) -> str:
        """The student number as written in the file; empty when there is no such column."""
        return "" if self._student_at is None else row[self._student_at]

    def check(
        self, row_number: int, row: Sequence[str], fingerprint: bytes, secrets: RowSealer
    ) -> tuple[str | None, list[Problem]]:
        """The line for COPY (None when the row is refused) and the problems."""
        faults: list[tuple[str, str]] = []
        row, marked = plain_row(row, self._places)
        own = self._own_cells(row, faults)
        stated = self._stated_facts(row, faults)
        person, school = self._person.take(row), self._class.take(row)
        faults += person.faults
        faults += school.faults
        name, canonical = self._name(row, faults)
        kind = person.values.get("certificate_type", CertificateType.RESIDENT_ID)
        certificate = self._certificate(row, kind, stated, faults)
        self._belonging(row, own, faults)
        phone = self._phone(row, faults)
        if marked:
            faults = with_marked(faults, marked)
        found = [Problem(row_number, column, code) for column, code in faults] if faults else []
        if found and not all(problem.is_warning for problem in found):
            return None, found
        key = secrets.new_key()
        # A row with a warning stores no fingerprint, so that each import warns again.
        line = [
            "\\\\x" if found else "\\\\x" + fingerprint.hex(), key, name, canonical,
            *secrets.encrypt_and_hash("certificate", certificate, key), *own.values(),
            stated.get("gender", NULL), stated.get("birth_date", NULL),
            *person.text, *school.text, *self._kind_text, kept_columns(faults) or NULL,
        ]  # fmt: skip
        if self._phone_at is not None:
            line += secrets.encrypt_and_hash("phone", phone, key) if phone else (NULL, NULL)
        return "\t".join(line), found

    def _own_cells(self, row: Sequence[str], faults: list[tuple[str, str]]) -> dict[str, str]:
        """The cells that no two rows share, converted, by field name."""
        cells = {}
        for name, at in self._own:
            value = CONVERTERS[name](row[at])
            if isinstance(value, Fault):
                faults.append((name, value.code))
                value = ""
            cells[name] = value
        return cells

    def _stated_facts(self, row: Sequence[str], faults: list[tuple[str, str]]) -> dict[str, str]:
        """Gender and date of birth where the row states them."""
        stated = {}
        for name, at, memo in self._stated:
            value = memo.get(row[at]) or _remember(memo, name, row[at])
            if isinstance(value, Fault):
                faults.append((name, value.code))
            else:
                stated[name] = value
        return stated

    def _name(self, row: Sequence[str], faults: list[tuple[str, str]]) -> tuple[str, str]:
        name = row[self._name_at]
        if is_plain_name(name) and name not in PLACEHOLDERS:
            return name, name
        try:
            name = clean_name(name)
        except InvalidNameError as error:
            faults.append(("name", f"name:{error.fault.value}"))
            return "", ""
        if doubtful := doubt_name(name):
            faults.append(("name", _DOUBTS[doubtful]))
        return escape(name), escape(canonical_name(name))

    def _certificate(
        self, row: Sequence[str], kind: str, stated: dict[str, str], faults: list[tuple[str, str]]
    ) -> str:
        """The canonical number; adds gender and date of birth in the number to ``stated``."""
        raw = row[self._certificate_at]
        reading = self._ids.read(raw) if kind == CertificateType.RESIDENT_ID else None
        if reading is None:
            try:
                raw = canonical_number(whole(raw), kind or CertificateType.RESIDENT_ID)
            except InvalidNumberError as error:
                damaged = is_damaged_number(raw)
                code = RowFault.NUMBER_CELL if damaged else f"number:{error.fault.value}"
                faults.append(("certificate_number", code))
                return ""
            reading = self._ids.read(raw) if kind in _RESIDENT_KINDS else None
        if reading:
            _compare(reading, stated, faults)
        return raw

    def _belonging(
        self, row: Sequence[str], own: Mapping[str, str], faults: list[tuple[str, str]]
    ) -> None:
        if self._code_at is not None:
            code = row[self._code_at]
            if code and code != self._code and institution_code(code) != self._code:
                faults.append(("institution_code", RowFault.OTHER_INSTITUTION))
        identified = any(own.get(name) for name in NUMBERS)
        if not identified and not any(column in NUMBERS for column, _ in faults):
            faults.append(("student_number", RowFault.NO_NUMBER))

    def _phone(self, row: Sequence[str], faults: list[tuple[str, str]]) -> str:
        if self._phone_at is None or not row[self._phone_at]:
            return ""
        raw = row[self._phone_at]
        match = _MOBILE.match(raw) or _MOBILE.match(
            whole(fold_signs(raw).replace(" ", "")).replace("-", "")
        )
        if match:
            return "+86" + match[1]
        faults.append(("phone", RowFault.PHONE_IGNORED))
        return ""


def _compare(reading: IdReading, stated: dict[str, str], faults: list[tuple[str, str]]) -> None:
    """Fill blank facts from the number; add a warning for facts that contradict it."""
    if stated.get("birth_date", NULL) == NULL:
        stated["birth_date"] = reading.birth_date
    elif stated["birth_date"] != reading.birth_date:
        faults.append(("birth_date", RowFault.BIRTH_DATE_DIFFERS))
    if stated.get("gender", "0") == "0":
        stated["gender"] = reading.gender
    elif stated["gender"] != reading.gender:
        faults.append(("gender", RowFault.GENDER_DIFFERS))
    if not reading.region_known:
        faults.append(("certificate_number", RowFault.REGION_UNKNOWN))


def _remember(memo: dict[str, str | Fault], name: str, raw: str) -> str | Fault:
    if len(memo) >= MEMO_LIMIT:
        memo.clear()
    memo[raw] = CONVERTERS[name](raw)
    return memo[raw]


def _unwrap(cell: str) -> str:
    # ="…" forces Excel to open a CSV cell as text.
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell[:1] in _TEXT_SIGNS else cell
