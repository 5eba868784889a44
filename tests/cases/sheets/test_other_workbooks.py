"""XLS and ODS files are read as they are shown, as XLSX files are."""

from pathlib import Path
from typing import Any

import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from enrollment.models import Institution
from tests.cases.workbooks import ROWS, TITLES, at, good_data, left_out, listed, run, values

CLASS_AND_MAJOR = ("软件2601", "软件工程")


@pytest.fixture(autouse=True)
def school(db: None) -> Institution:
    """The institution of the cases."""
    return Institution.objects.create(code="19998", name="明德示范大学")


def test_an_xls_file_is_read_as_it_is_shown(tmp_path: Path) -> None:
    good_data(tmp_path)
    book = xlwt.Workbook()
    old, sheet = book.add_sheet("旧"), book.add_sheet("名单", cell_overwrite_ok=True)
    old.visibility = 1
    for target in (old, sheet):
        for row, cells in enumerate([TITLES, *ROWS]):
            for column, text in enumerate(cells):
                is_merged = row and column == at("班级")
                if not is_merged:
                    target.write(row, column, text if target is sheet else f"{text}旧")
    sheet.write_merge(1, 4, at("班级"), at("班级"), "软件2601")
    padded = xlwt.easyxf(num_format_str="000000")
    sheet.write(5, 0, "李五")
    for column, text in enumerate(ROWS[3][1:], start=1):
        sheet.write(5, column, text)
    sheet.write(5, at("身份证号"), "11010120070815005X")
    sheet.write(5, at("学号"), 1234, padded)
    sheet.write(5, at("考生号"), 26110100000005)
    sheet.write(5, at("班级"), "软件2601")
    book.save(tmp_path / "a.xls")
    result = run(tmp_path / "a.xls")
    assert (result["status"], result["new"], result["changed"]) == (0, 1, 0)
    assert result["reading"]["sheets_left"] == [["旧", "hidden"]]
    assert set(values("school_class__code", "major_name")) == {CLASS_AND_MAJOR}
    assert values("student_number")[0] == ("001234",)


def test_an_error_in_an_xls_file_is_a_fault(tmp_path: Path) -> None:
    good_data(tmp_path)
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for row, cells in enumerate([TITLES, *ROWS]):
        for column, text in enumerate(cells):
            if (row, column) == (2, at("专业名称")):
                sheet.row(row).set_cell_error(column, 0x2A)
            else:
                sheet.write(row, column, text)
    book.save(tmp_path / "a.xls")
    result = run(tmp_path / "a.xls")
    assert listed(result) == {(3, "major_name", "error_cell")}


def ods_cell(number: int, column: int, text: str, status: str) -> Any:
    """One cell of the list: classes merged, a day shown in two digits, an error in row 3."""
    told: dict[str, object] = {"valuetype": "string"}
    if number and column == at("班级"):
        if number > 1:
            return CoveredTableCell()
        told["numberrowsspanned"] = 4
    elif number and column == at("学籍状态"):
        text = status
    elif (number, column) == (2, at("专业名称")):
        told["formula"], text = "of:=NA()", "#N/A"
    elif number and column == at("入学日期"):
        told, text = {"valuetype": "date", "datevalue": "2026-09-01"}, "26年9月1日"
    cell = TableCell(**told)
    cell.addElement(P(text=text))
    return cell


def test_an_ods_file_is_read_as_it_is_shown(tmp_path: Path) -> None:
    good_data(tmp_path)
    book = OpenDocumentSpreadsheet()
    style = Style(name="hidden", family="table")
    style.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(style)
    for name, status in (("旧", "休学"), ("名单", "注册学籍")):
        table = Table(name=name, stylename=style if name == "旧" else None)
        book.spreadsheet.addElement(table)
        for number, cells in enumerate([TITLES, *ROWS]):
            row = TableRow(visibility="filter") if number == 4 else TableRow()
            table.addElement(row)
            for column, text in enumerate(cells):
                row.addElement(ods_cell(number, column, text, status))
    book.save(tmp_path / "a.ods")
    result = run(tmp_path / "a.ods")
    assert listed(result) == {(3, "major_name", "error_cell")}
    assert left_out(result) == {"hidden": ["5"]}
    assert (result["unchanged"], result["changed"]) == (2, 0)
    assert result["reading"]["sheets_left"] == [["旧", "hidden"]]


def test_an_ods_cell_that_states_no_value_is_read_as_it_is_shown(tmp_path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    table = Table(name="名单")
    book.spreadsheet.addElement(table)
    for cells in [TITLES, *ROWS]:
        row = TableRow()
        table.addElement(row)
        for column, text in enumerate(cells):
            kind = {at("入学日期"): "date", at("学号"): "float"}.get(column, "string")
            cell = TableCell(valuetype="string" if cells is TITLES else kind)
            cell.addElement(P(text=text))
            row.addElement(cell)
    book.save(tmp_path / "a.ods")
    assert run(tmp_path / "a.ods")["status"] == 0
