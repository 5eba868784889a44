"""What a registrar takes away: what was asked for, masked, no formula, in little memory."""

import io
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.files.spreadsheets import csv_lines
from enrollment.records.export.services import Wanted, rows, titles, wanted_records
from tests.enrollment.imported_files import run_import, sample, write_csv
from tests.people import enter, make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db
PAGE = reverse("registry:export")


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar, the password given a moment ago; three records, one of another school."""
    make_record(name="=甲", number=sample_number(501))
    holder = make_account("b@example.org")
    make_record(
        name="乙", number=sample_number(502), status="休学", holder=holder,
        claimed_at=timezone.now(),
    )  # fmt: skip
    make_record(name="外校", number=sample_number(503), school=make_school("19990", "别的大学"))
    return enter(desk_registrar)


def export(desk: Client, **values: object) -> bytes:
    """The exported file."""
    given = {"institution": make_school().pk, "kind": "csv", "reason": "教务核对"} | values
    answer = desk.post(PAGE, given)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_csv_is_masked_free_of_formulas_and_of_other_schools(desk: Client) -> None:
    text = export(desk).decode("utf-8-sig")
    assert "'=甲" in text
    assert "外校" not in text
    assert sample_number(501) not in text
    assert "1****************" in text
    entry = AuditEntry.objects.get(action="enrollment.export_records")
    assert (entry.reason, entry.detail) == ("教务核对", {"kind": "csv", "rows": 2, "people": 2})


def test_a_workbook_holds_no_formula(desk: Client) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(export(desk, kind="xlsx"))).active
    assert sheet is not None
    assert sheet.max_row == 3
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"status": "休学"}, ["乙"]),
        ({"class_code": "计科2601"}, ["甲", "乙"]),
        ({"class_code": "无此班"}, []),
        ({"entry_year": 2026}, ["甲", "乙"]),
        ({"entry_year": 2020}, []),
        ({"level": "本科"}, ["甲", "乙"]),
        ({"checked": "yes"}, []),
        ({"checked": "no"}, ["甲", "乙"]),
    ],
)
def test_filters_take_what_was_asked_for(
    filters: dict[str, object], names: list[str], desk: Client
) -> None:
    text = export(desk, **filters).decode()
    assert [name for name in ("甲", "乙") if name in text] == names


@pytest.mark.parametrize(
    "values", [{"reason": ""}, {"entry_year": "x"}, {"kind": "exe"}, {"level": "学前班"}]
)
def test_a_faulty_form_gives_no_file(values: dict[str, object], desk: Client) -> None:
    given = {"institution": make_school().pk, "kind": "csv", "reason": "x"} | values
    answer = desk.post(PAGE, given)
    assert isinstance(answer, HttpResponse)
    assert not AuditEntry.objects.filter(action="enrollment.export_records").exists()


def test_other_schools_and_other_people_export_nothing(desk: Client) -> None:
    other = make_school("19990", "别的大学")
    answer = desk.post(PAGE, {"institution": other.pk, "kind": "csv", "reason": "x"})
    assert "institution" in answer.context["form"].errors
    counselor = enter(make_account("c@example.org", roles=(Role.COUNSELOR,)))
    assert counselor.get(PAGE).status_code == 404


def test_many_records_need_no_more_memory(desk: Client, tmp_path: Path) -> None:
    peaks = []
    for count in (300, 3000):
        run_import(write_csv(tmp_path / f"{count}.csv", sample(count)))
        records = wanted_records(make_school(), Wanted())
        tracemalloc.start()
        assert sum(1 for _ in csv_lines(titles(), rows(records))) > count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 12 * 2**20  # a chunk of 2,000 rows, not the registry
