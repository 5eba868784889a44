"""Unify the class names of a file that differ only in case, width or punctuation."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from accounts.text import fold
from enrollment.models import SchoolClass


def unite_spellings(staging: str, institution_id: int) -> dict[str, list[str]]:
    """Give staged rows one spelling of each class; returns the spelling kept → the others.

    A spelling that the institution already has is kept. Any other is replaced by the
    institution's own, or else by the plainest one of the file.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT class_code, count(*), min(row_number) FROM "{staging}"'
            " WHERE class_code <> '' GROUP BY class_code"
        )
        written = sorted(cursor.fetchall(), key=_rank)
        united = _united([code for code, _, _ in written], _known_codes(institution_id))
        for kept, others in united.items():
            cursor.execute(
                f'UPDATE "{staging}" SET class_code = %s WHERE class_code = ANY(%s)',
                [kept, others],
            )
    return united


def _rank(found: tuple[str, int, int]) -> tuple[bool, int, int]:
    """The plainest spelling first, then the one of most rows, then the first of the file."""
    code, rows, first = found
    return code.upper() != fold(code), -rows, first


def _known_codes(institution_id: int) -> list[str]:
    classes = SchoolClass.objects.filter(institution=institution_id).order_by("pk")
    return list(classes.values_list("code", flat=True))


def _united(written: Iterable[str], known: Iterable[str]) -> dict[str, list[str]]:
    """Spelling kept → those replaced; ``written`` is ordered by preference, ``known`` by age."""
    exact = set(known)
    kept: dict[str, str] = {}
    for code in known:
        kept.setdefault(fold(code), code)
    united: dict[str, list[str]] = defaultdict(list)
    for code in written:
        own = kept.setdefault(fold(code), code)
        if code != own and code not in exact:
            united[own].append(code)
    return dict(united)
