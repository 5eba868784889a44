"""Each question of the auditors reads the trail by an index, however long it is."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.queries import EntryFilter, entries

pytestmark = pytest.mark.django_db

_MANY = """
    INSERT INTO audit_auditentry (at, actor_id, action, subject_type, subject_key,
        institution_code, reason, detail)
    SELECT now() - interval '1 minute' * (20000 - n),
        CASE WHEN n < 5000 AND n % 2 = 0 THEN 900 ELSE n % 50 END, 'support.act_' || n % 20,
        'record', n % 2000, 10000 + n % 10, '', '{}'
    FROM generate_series(1, 20000) n
"""


@pytest.fixture
def trail() -> None:
    """Twenty thousand entries of two weeks, known to the planner; 900 left after a quarter."""
    with connection.cursor() as cursor:
        cursor.execute(_MANY)
        cursor.execute("ANALYZE audit_auditentry")


@pytest.mark.parametrize(
    "wanted",
    [
        EntryFilter(),
        EntryFilter(subjects=[("record", "7"), ("report", "x"), ("class", "1")]),
        EntryFilter(subjects=[("record", "nobody")]),
        EntryFilter(actor_id=7),
        EntryFilter(actor_id=900),
        EntryFilter(actor_id=999),
        EntryFilter(actions=["support.act_3"]),
        EntryFilter(actions=["support.nobody_did_it"]),
        EntryFilter(institution_code="10007"),
        EntryFilter(institution_code="99999"),
    ],
)
@pytest.mark.usefixtures("trail")
def test_the_first_page_reads_few_entries(wanted: EntryFilter) -> None:
    assert entries_read(wanted) <= 1_100


@pytest.mark.parametrize("days", [1, 12])
@pytest.mark.usefixtures("trail")
def test_a_day_reads_the_entries_of_that_day_alone(days: int) -> None:
    day = timezone.localdate() - timedelta(days=days)
    assert 51 <= entries_read(EntryFilter(since=day, until=day)) <= 2_000


def entries_read(wanted: EntryFilter) -> int:
    """How many rows PostgreSQL reads for the first page of fifty entries and one more."""
    (plan,) = json.loads(entries(wanted)[:51].explain(format="json", analyze=True))
    return sum(_read(node) for node in _leaves(plan["Plan"]))


def _leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    inner = node.get("Plans", [])
    if not inner:
        yield node
    for part in inner:
        yield from _leaves(part)


def _read(node: dict[str, Any]) -> int:
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(rows * node["Actual Loops"])
