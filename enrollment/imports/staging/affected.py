"""Whom a publication would touch: held and confirmed records, and what changes in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from delivery.masking import masked_phone
from enrollment.fields.catalogue import BY_NAME, LOCKED, SEALED
from enrollment.identity.number import mask_number
from enrollment.imports.staging.difference import COMPARED, SOURCE, differs
from enrollment.imports.staging.other_person import other_person
from enrollment.models.record import Gender
from vault.cipher import unseal

_ANSWER = """
LEFT JOIN LATERAL (
    SELECT fields FROM enrollment_confirmation f WHERE f.record_id = r.id ORDER BY id DESC LIMIT 1
) AS answer ON true
"""
_ANSWERS = """
SELECT DISTINCT ON (record_id) record_id, fields FROM enrollment_confirmation
WHERE record_id IN (SELECT record_id FROM "{t}" WHERE action = 'changed')
ORDER BY record_id, id DESC
"""


class Filter(models.TextChoices):
    """Which of the changed records to list."""

    HELD = "held", _("Held by a student's account")
    CONFIRMED = "confirmed", _("Checked by the student")
    STALE = "stale", _("The student's answer would be out of date")
    LOCKED = "locked", _("Locked fields change")
    OTHER_PERSON = "other_person", _("Would go to another person")


_MARKS = (Filter.HELD, Filter.CONFIRMED, Filter.STALE, Filter.OTHER_PERSON)
_ASKING = frozenset({Filter.CONFIRMED, Filter.STALE})


@dataclass(frozen=True)
class AffectedCounts:
    """How many changed records a student has answered for, and how many answers would not hold."""

    confirmed: int = 0
    stale: int = 0


@dataclass(frozen=True)
class Change:
    """One field of one record: what it is and would be; numbers of persons masked."""

    label: str | Promise
    old: str
    new: str
    locked: bool


@dataclass(frozen=True)
class ChangedRecord:
    """One row of the file that changes a record."""

    row_number: int
    key: str
    name: str
    student_number: str
    held: bool
    confirmed: bool
    stale: bool
    other_person: bool
    changes: list[Change]


class ChangedRecords(Sequence[ChangedRecord]):
    """The changed records of a staged batch in the order of the file, for a paginator.

    ``field`` and ``only`` narrow the list.
    """

    def __init__(
        self, staging: str, columns: Iterable[str], *, field: str = "", only: str = ""
    ) -> None:
        self._names = [name for name in COMPARED if name in set(columns)]
        self._staging, self._source = staging, SOURCE.format(t=staging)
        # Whatever need not be looked up for every changed record is not.
        conditions, found_in = ["s.action = 'changed'"], f'"{staging}" s'
        if field in self._names:
            conditions.append(differs(field))
        if only:
            conditions.append(self._conditions()[Filter(only)])
        if len(conditions) > 1:
            found_in = self._source + (_ANSWER if only in _ASKING else "")
        self._found = f"FROM {found_in} WHERE {' AND '.join(conditions)}"

    def counts(self) -> AffectedCounts:
        """Count whom the changes concern."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {self._conditions()[Filter.STALE]})"
                f" FROM {self._source} JOIN ({_ANSWERS.format(t=self._staging)}) AS answer"
                " ON answer.record_id = r.id WHERE s.action = 'changed'"
            )
            return AffectedCounts(*cursor.fetchone())

    def __len__(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self._found}")
            return int(cursor.fetchone()[0])

    def __getitem__(self, part: Any) -> Any:
        assert isinstance(part, slice)  # noqa: S101  a paginator asks for nothing else
        kinds = self._conditions()
        marks = ", ".join(kinds[only] for only in _MARKS)
        values = ", ".join(_pair(name) for name in self._names)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.row_number {self._found} ORDER BY s.row_number LIMIT %s OFFSET %s",
                [part.stop - (part.start or 0), part.start or 0],
            )
            numbers = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                f"SELECT s.row_number, r.key, r.name, r.student_number, s.key, {marks}, {values}"
                f" FROM {self._source} {_ANSWER}"
                " WHERE s.row_number = ANY(%s) ORDER BY s.row_number",
                [numbers],
            )
            return [self._record(row) for row in cursor.fetchall()]

    def _record(self, row: tuple[Any, ...]) -> ChangedRecord:
        number, key, name, student_number, staged_key, *rest = row
        (held, confirmed, stale, other), cells = rest[: len(_MARKS)], rest[len(_MARKS) :]
        triples = zip(self._names, cells[::3], cells[1::3], cells[2::3], strict=True)
        changes = []
        for field, differing, old, new in triples:
            if not differing:
                continue
            if field in SEALED:
                old, new = _masked(field, old, key), _masked(field, new, staged_key)
            changes.append(Change(BY_NAME[field].label, *_shown(field, old, new), field in LOCKED))
        return ChangedRecord(
            number, str(key), name, student_number, held, confirmed, stale, other, changes
        )

    def _conditions(self) -> dict[Filter, str]:
        """SQL for each kind of record worth a look."""
        named = ", ".join(f"CASE WHEN {differs(name)} THEN '{name}' END" for name in self._names)
        locked = [differs(name) for name in self._names if name in LOCKED]
        return {
            Filter.HELD: "(r.holder_id IS NOT NULL)",
            Filter.CONFIRMED: "(answer.fields IS NOT NULL)",
            Filter.STALE: f"COALESCE(answer.fields ?| array_remove(ARRAY[{named}], NULL), false)",
            Filter.LOCKED: f"({' OR '.join(locked) or 'false'})",
            Filter.OTHER_PERSON: other_person(self._names),
        }


def _pair(name: str) -> str:
    """SQL for whether a field differs, what it is, and what it would be."""
    future, present = COMPARED[name]
    if name in SEALED:
        column = SEALED[name].sealed_column
        return f"{differs(name)}, r.{column}, s.{column}"
    return f"{differs(name)}, {present}, {future}"


def _masked(field: str, sealed: bytes | None, key: object) -> str:
    if not sealed:
        return ""
    number = unseal(sealed, context=f"{SEALED[field].purpose}:{key}").decode()
    return masked_phone(number) if field == "phone" else mask_number(number)


def _shown(field: str, old: Any, new: Any) -> tuple[str, str]:
    if field == "gender":
        old, new = Gender(old).label, Gender(new).label
    return "" if old is None else str(old), "" if new is None else str(new)
