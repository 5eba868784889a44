"""Files that assign counselors: which column names them, however it is titled."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from accounts.identifiers.services import parse
from enrollment.institutions.assignment_file import read_assignments
from enrollment.models import SchoolClass
from tests.people import make_school

pytestmark = pytest.mark.django_db
PHONE, MAIL = "13912345678", "teacher@example.org"


@pytest.mark.parametrize(
    ("titles", "cells", "who"),
    [
        ("手机号（辅导员）", PHONE, PHONE),
        ("手机号（班主任，必填）", PHONE, PHONE),
        ("辅导员手机号", PHONE, PHONE),
        ("班主任", PHONE, PHONE),
        ("辅导员（手机号）", PHONE, PHONE),
        ("辅导员,手机号", f"张老师,{PHONE}", PHONE),
        ("辅导员姓名,辅导员邮箱", f"张老师,{MAIL}", MAIL),
        ("手机号,辅导员", f",{MAIL}", MAIL),
        ("账号,手机号", "zhang.laoshi,", "zhang.laoshi"),
        ("辅导员,手机号（家长）", f"{MAIL},{PHONE}", MAIL),
        ("辅导员,备注", "zhang.laoshi,", "zhang.laoshi"),
    ],
)
def test_the_column_with_the_counselors_accounts_is_read(
    titles: str, cells: str, who: str, tmp_path: Path
) -> None:
    school = make_school()
    SchoolClass.objects.create(institution=school, code="软工2601")
    path = tmp_path / "a.csv"
    path.write_text(f"班级,{titles}\n软工2601,{cells}\n", "utf-8")
    with path.open("rb") as file:
        [found], problems = read_assignments(school, file, path.name)
    assert (found.who, problems) == (parse(who), [])


def test_a_problem_names_the_row_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [["班级", "辅导员"], ["软工2601", MAIL], ["软工2602", MAIL], ["没有", MAIL]]:
        sheet.append(row)
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
    book.save(path := tmp_path / "a.xlsx")
    with path.open("rb") as file:
        _, problems = read_assignments(make_school(), file, path.name)
    assert [problem.place for problem in problems] == ["4"]
