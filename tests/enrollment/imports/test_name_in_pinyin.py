"""Name in pinyin: an optional field, from the school's file to the English status report."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from pypdf import PdfReader

from accounts.models import User
from enrollment.demo.samples import HEADER
from enrollment.fields.values import Fault, pinyin_cell
from enrollment.models import FieldChange, StatusReport, StudentRecord
from enrollment.my_data import records_section
from enrollment.status_reports.tasks import print_status_report
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db: None) -> None:
    make_school()


def row(pinyin: str) -> list[str]:
    """One valid row with this name in pinyin."""
    [cells] = sample(1)
    cells[AT["姓名拼音"]] = pinyin
    return cells


@pytest.fixture
def pinyin_record(tmp_path: Path, wang: User) -> StudentRecord:
    """A record with a name in pinyin, held by 王明's account."""
    run_import(write_csv(tmp_path / "a.csv", [row("Zhang San")]))
    StudentRecord.objects.update(holder=wang, claimed_at=timezone.now())
    return StudentRecord.objects.get()


@pytest.mark.parametrize("title", ["姓名拼音", "XMPY", "汉语拼音"])
def test_a_csv_brings_the_name_in_pinyin(tmp_path: Path, title: str) -> None:
    header = [title if name == "姓名拼音" else name for name in HEADER]
    run_import(write_csv(tmp_path / "a.csv", [row("  ZHANG　 San ")], header=header))
    assert StudentRecord.objects.get().name_pinyin == "ZHANG San"


def test_an_xlsx_brings_the_name_in_pinyin(tmp_path: Path) -> None:
    book = Workbook()
    for cells in [HEADER, row("Lǚ Xi'an")]:
        book.active.append(cells)  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    run_import(tmp_path / "a.xlsx")
    assert StudentRecord.objects.get().name_pinyin == "Lǚ Xi'an"


def test_a_file_without_the_column_keeps_the_name_in_pinyin(tmp_path: Path) -> None:
    run_import(write_csv(tmp_path / "a.csv", [row("Zhang San")]))
    without = [at for at, name in enumerate(HEADER) if name != "姓名拼音"]
    cells, header = row(""), [HEADER[at] for at in without]
    cells[AT["民族"]] = "满族"
    run_import(write_csv(tmp_path / "b.csv", [[cells[at] for at in without]], header=header))
    record = StudentRecord.objects.get()
    assert (record.name_pinyin, record.ethnicity) == ("Zhang San", "满族")


def test_a_later_file_changes_the_name_in_pinyin(tmp_path: Path) -> None:
    run_import(write_csv(tmp_path / "a.csv", [row("Zhang San")]))
    run_import(write_csv(tmp_path / "b.csv", [row("Zhang Shan")]))
    change = FieldChange.objects.get()
    assert (change.field, change.old, change.new) == ("name_pinyin", "Zhang San", "Zhang Shan")
    assert StudentRecord.objects.get().name_pinyin == "Zhang Shan"


@pytest.mark.parametrize("written", ["张三", "Zhang3 San1", "- Zhang", "Z" * 91])
def test_what_is_no_name_in_pinyin_is_refused(tmp_path: Path, written: str) -> None:
    assert isinstance(pinyin_cell(written), Fault)
    with pytest.raises(CommandError):
        run_import(write_csv(tmp_path / "a.csv", [row(written)]))
    assert not StudentRecord.objects.exists()


def test_the_student_reads_the_name_in_pinyin_where_there_is_one(
    client: Client, wang: User, pinyin_record: StudentRecord
) -> None:
    client.force_login(wang)
    page = client.get(reverse("enrollment:status")).content.decode()
    assert "姓名拼音" in page
    assert "Zhang San" in page
    StudentRecord.objects.update(name_pinyin="")
    assert "姓名拼音" not in client.get(reverse("enrollment:status")).content.decode()


@pytest.mark.usefixtures("media")
def test_the_english_report_alone_has_the_name_in_pinyin(
    client: Client, wang: User, pinyin_record: StudentRecord
) -> None:
    client.force_login(wang)
    given = {"purpose": "实习申请", "language": "both", "days": 30, "pin": ""}
    client.post(f"/status/{pinyin_record.key}/reports/", given)
    report = StatusReport.objects.get()
    print_status_report(report.pk)
    pdf = client.get(f"/status/reports/{report.key}/file/").content
    chinese, english = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert "Zhang San" not in chinese
    assert "Name in pinyin" in english
    assert "Zhang San" in english


def test_the_copy_of_ones_data_has_the_name_in_pinyin(
    wang: User, pinyin_record: StudentRecord
) -> None:
    [items] = records_section(wang).entries
    assert ("name_pinyin", "Zhang San") in [(item.name, item.value) for item in items]
