"""Broken and hostile files: a clear refusal, nothing changed, nothing left running."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import dbf
import pytest
import xlwt
from django.core.management import CommandError, call_command
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from enrollment.demo.samples import HEADER
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.text_encoding import detect_encoding
from enrollment.models import StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv

pytestmark = pytest.mark.usefixtures("school")


def fault_of(path: Path) -> FileFault:
    """Why the file is refused as a whole."""
    with pytest.raises(CommandError) as error:
        call_command("import_registry", path, stdout=io.StringIO())
    assert error.value.returncode == 2
    assert isinstance(error.value.__cause__, FileFaultError)
    assert not StudentRecord.objects.exists()
    return error.value.__cause__.fault


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("empty.csv", b"", FileFault.EMPTY),
        ("blank.csv", b" \r\n \r\n", FileFault.EMPTY),
        ("page.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", FileFault.MARKUP),
        ("page.xls", b"\xef\xbb\xbf\n<!DOCTYPE html>", FileFault.MARKUP),
        ("page.csv", b"<table><tr><td>1</td></tr></table>", FileFault.MARKUP),
        ("text.xlsx", "姓名,学号".encode(), FileFault.NOT_A_WORKBOOK),
        ("broken.xlsx", b"PK\x03\x04" + bytes(500), FileFault.UNREADABLE),
        ("broken.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), FileFault.UNREADABLE),
        ("broken.dbf", b"\x03" + bytes(20), FileFault.UNREADABLE),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x01\xff\xfe" * 40, FileFault.PICTURE),
        ("noise.csv", b"\xff\xff\xff\xff\x80\x80" * 40, FileFault.ENCODING),
        ("prose.csv", "一篇文章\n没有表头\n".encode(), FileFault.NO_HEADER),
        ("few.csv", "姓名,学号\n张三,1\n".encode(), FileFault.MISSING_COLUMNS),
    ],
)
def test_what_is_no_registry_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, fault: FileFault
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert fault_of(path) == fault


def test_a_file_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("import_registry", tmp_path / "nothing.csv")
    assert error.value.returncode == 2


def test_a_quotation_mark_left_open_is_noticed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", sample(5))
    text = path.read_text(encoding="utf-8").replace("普通全日制", '"普通全日制', 1)
    path.write_text(text, encoding="utf-8")
    assert fault_of(path) == FileFault.QUOTE


def test_two_encodings_in_one_file_are_noticed(tmp_path: Path) -> None:
    header, first, second = write_csv(tmp_path / "a.csv", sample(2)).read_text("utf-8").splitlines()
    path = tmp_path / "mixed.csv"
    path.write_bytes(f"{header}\n{first}\n".encode() + f"{second}\n".encode("gb18030"))
    assert fault_of(path) == FileFault.MIXED_ENCODING


def test_the_encoding_is_told_by_reading_everything(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"a,b\n" * 5000 + "张三".encode("gb18030"))
    with path.open("rb") as file:
        assert detect_encoding(file) == "gb18030"


def xlsx_parts(path: Path) -> dict[str, bytes]:
    """The parts of a small, good workbook."""
    book = Workbook()
    assert book.active is not None
    for row in [HEADER, *sample(3)]:
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """A workbook from its parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_workbook_that_unfolds_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    parts = xlsx_parts(tmp_path / "a.xlsx")
    parts["xl/worksheets/sheet1.xml"] = b" " * (120 * 2**20)
    path = write_parts(tmp_path / "bomb.xlsx", parts)
    assert path.stat().st_size < 2**20
    assert fault_of(path) == FileFault.TOO_LARGE


def test_two_cells_at_the_far_corners_do_not_fill_the_memory(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = "姓名", "x"
    book.save(tmp_path / "corners.xlsx")
    assert fault_of(tmp_path / "corners.xlsx") == FileFault.NO_HEADER


def test_entities_of_a_workbook_are_not_unfolded(tmp_path: Path) -> None:
    parts = xlsx_parts(tmp_path / "a.xlsx")
    bomb = '<!DOCTYPE x [<!ENTITY a "' + "x" * 1000 + '">'
    bomb += "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start = sheet.index("<worksheet")
    parts["xl/worksheets/sheet1.xml"] = (sheet[:start] + bomb + "]>" + sheet[start:]).encode()
    path = write_parts(tmp_path / "entities.xlsx", parts)
    assert fault_of(path) == FileFault.UNREADABLE


def test_macros_formulas_and_links_are_only_data(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    row: list[Any] = list(sample(1)[0])
    row[AT["专业名称"]] = '=HYPERLINK("http://example.org","会计学")'
    for line in [HEADER, row]:
        book.active.append(line)
    book.save(tmp_path / "formula.xlsx")
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(tmp_path / "formula.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/vbaProject.bin"] = b"macro"
    path = write_parts(tmp_path / "macro.xlsm", parts)
    with pytest.raises(CommandError, match="1"):  # no value was ever saved for it
        call_command("import_registry", path, stdout=io.StringIO())
    assert not StudentRecord.objects.exists()


def test_markup_and_formulas_in_text_are_kept_as_text(tmp_path: Path) -> None:
    rows = sample(1)
    rows[0][AT["专业名称"]] = "=1+1<script>"
    run_import(write_csv(tmp_path / "a.csv", rows))
    assert StudentRecord.objects.get().major_name == "=1+1<script>"


def test_repeated_and_reordered_columns(tmp_path: Path) -> None:
    rows = [[*row, "另一个名字"] for row in sample(2)]
    result = run_import(write_csv(tmp_path / "a.csv", rows, header=[*HEADER, "姓名"]))
    assert result["repeated_titles"] == ["姓名"]
    assert not StudentRecord.objects.filter(name="另一个名字").exists()


def test_short_rows_and_blank_rows_in_the_middle(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", sample(3))
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1:1] = ["", ",,,,", "   ,  "]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = run_import(path)
    assert (result["rows"], result["blank"]) == (3, 3)


def test_xls_ods_and_dbf_are_read_like_the_others(tmp_path: Path) -> None:
    rows = sample(3)
    run_import(write_csv(tmp_path / "a.csv", rows))
    for path in (
        write_xls(tmp_path / "b.xls", rows),
        write_ods(tmp_path / "c.ods", rows),
        write_dbf(tmp_path / "d.dbf", rows),
    ):
        result = run_import(path, institution="19998")
        assert (result["rows"], result["new"], result["changed"]) == (3, 0, 0), path


def write_xls(path: Path, rows: list[list[str]]) -> Path:
    """An old binary workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("学籍")
    for number, row in enumerate([HEADER, *rows]):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(path))
    return path


def write_ods(path: Path, rows: list[list[str]]) -> Path:
    """An OpenDocument spreadsheet."""
    book = OpenDocumentSpreadsheet()
    table = Table(name="学籍")
    for row in [HEADER, *rows]:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(path))
    return path


def write_dbf(path: Path, rows: list[list[str]]) -> Path:
    """A dBase table with the national platform's short names."""
    titles = {"KSH": "考生号", "XH": "学号", "XM": "姓名", "SFZH": "证件号码", "XJZT": "学籍状态"}
    layout = "; ".join(f"{short} C(60)" for short in titles)
    table = dbf.Table(str(path), layout, codepage="cp936")
    table.open(dbf.READ_WRITE)
    for row in rows:
        table.append(tuple(row[AT[title]] for title in titles.values()))
    table.close()
    return path


def test_rows_keep_their_numbers_below_empty_ones_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    rows = [HEADER, *sample(3)]
    rows[2][AT["姓名"]] = ""
    for number, row in enumerate(rows, start=4):
        for at, value in enumerate(row, start=3):
            sheet.cell(number, at, value)
    path = tmp_path / "a.xlsx"
    book.save(path)
    out = path.with_suffix(".json")
    with pytest.raises(CommandError):
        call_command("import_registry", path, json=out, stdout=io.StringIO())
    result = json.loads(out.read_text())
    assert (result["header_row"], result["listed"][0]["row"]) == (4, 6)
