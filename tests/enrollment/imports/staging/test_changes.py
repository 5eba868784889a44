"""What a checked file would change, and whom it concerns, before anything is published."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from enrollment.confirmations.services import answer_record
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import page_of, publish, upload
from tests.people import sample_number


@pytest.fixture
def changed(desk: Client, school: Institution, tmp_path: Path, li: User, wang: User) -> ImportBatch:
    """Four changes: one held and confirmed (the name), one held, a number, one of nobody."""
    rows = sample(6)
    run_import(write_csv(tmp_path / "a.csv", rows))
    records = {record.student_number: record for record in StudentRecord.objects.all()}
    for row, holder in ((rows[0], li), (rows[1], wang)):
        record = records[row[AT["学号"]]]
        StudentRecord.objects.filter(pk=record.pk).update(holder=holder, claimed_at=timezone.now())
        answer_record(record=record, account=holder, asked=["name"], wrong=[])
    rows[0][AT["姓名"]] = "改名氏"
    rows[1][AT["班号"]] = "计科2699"
    rows[2][AT["证件号码"]] = sample_number(77)
    rows[2][AT["性别"]], rows[2][AT["出生日期"]] = "男", "20070815"
    rows[3][AT["学籍状态"]] = "休学"
    return upload(desk, write_csv(tmp_path / "b.csv", rows), school)


def changes_of(client: Client, batch: ImportBatch, **query: str) -> str:
    address = reverse("registry:changes", args=[batch.key])
    return client.get(address, query).content.decode()


def test_the_result_says_whom_it_concerns(desk: Client, changed: ImportBatch) -> None:
    result = changed.result
    assert [result[name] for name in ("changed", "claimed", "confirmed", "stale")] == [4, 2, 2, 1]
    page = page_of(desk, changed)
    for query in ("?only=held", "?only=confirmed", "?only=stale", "?field=name"):
        assert reverse("registry:changes", args=[changed.key]) + query in page


def test_old_and_new_are_shown_and_numbers_masked(desk: Client, changed: ImportBatch) -> None:
    page = changes_of(desk, changed)
    assert "改名氏" in page
    assert "计科2699" in page
    assert "休学" in page
    assert sample_number(77) not in page
    assert f"1{'*' * 16}{sample_number(77)[-1]}" in page
    assert AuditEntry.objects.filter(action="enrollment.view_changes").exists()


def test_the_list_is_narrowed(desk: Client, changed: ImportBatch) -> None:
    for query, rows in {
        ("only", "held"): {2, 3},
        ("only", "stale"): {2},
        ("only", "locked"): {2, 4},
        ("field", "status"): {5},
        ("field", "nonsense"): {2, 3, 4, 5},
    }.items():
        page = changes_of(desk, changed, **dict([query]))
        assert {number for number in range(2, 8) if f"第 {number} 行" in page} == rows, query


@pytest.mark.parametrize("page", ["٣", "-1", "abc", "9" * 20])
def test_a_strange_page_number_is_no_error(desk: Client, changed: ImportBatch, page: str) -> None:
    assert "改名氏" in changes_of(desk, changed, page=page)


def test_the_queries_do_not_grow(
    desk: Client, changed: ImportBatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    changes_of(desk, changed)
    with django_assert_max_num_queries(14):
        changes_of(desk, changed)


def test_after_the_publication_the_list_is_gone(desk: Client, changed: ImportBatch) -> None:
    publish(desk, changed)
    assert changed.state == BatchState.PUBLISHED
    assert desk.get(reverse("registry:changes", args=[changed.key])).status_code == 302


def test_conflicts_damage_and_repetition_are_told_apart(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    rows = sample(6)
    rows.append(list(rows[0]))  # word for word
    rows[1][AT["学号"]] = rows[2][AT["学号"]]
    rows[3][AT["证件号码"]] = rows[3][AT["证件号码"]][:15] + "000"
    rows[4][AT["姓名"]] = ""
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    page = page_of(desk, batch)
    for slug in ("damaged", "conflict", "fault", "repeated"):
        assert f'id="problems-{slug}"' in page
    assert 'id="problems-warning"' not in page
