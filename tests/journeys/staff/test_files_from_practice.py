"""A registrar meets files as schools hand them in, and knows beforehand what will happen."""

from pathlib import Path

import pytest

from accounts.models import User
from enrollment.models import StudentRecord
from tests.cases.workbooks import DATA, good_data
from tests.journeys.checks import overflow_complaints
from tests.journeys.conftest import NewContext
from tests.journeys.registrar import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [(375, 812), (1280, 800)], ids=["phone", "desktop"])
def test_she_knows_what_will_happen_before_it_happens(
    size: tuple[int, int],
    desk_registrar: User,
    media: Path,
    open_context: NewContext,
    tmp_path: Path,
) -> None:
    good_data(tmp_path)
    majors = set(StudentRecord.objects.values_list("student_number", "major_name"))
    width, height = size
    context = open_context(desk_registrar, viewport={"width": width, "height": height})
    desk = Desk(context.new_page(), tmp_path)

    desk.tab.goto("/registry/imports/")
    desk.upload(DATA / "per_class.xlsx")
    desk.look("合并为一份名单")  # three sheets, one a class
    assert_fits(desk)
    desk.press("去发布")
    desk.confirm_password()
    desk.look("合并为一份名单")  # said once more where it is decided
    assert_fits(desk)
    desk.tab.goto("/registry/imports/")
    desk.upload(DATA / "merged.xlsx")
    desk.look("合并单元格")
    desk.look("没有需要发布的内容")  # the merged class and major count for all four
    assert_fits(desk)
    desk.tab.goto("/registry/imports/")
    desk.upload(DATA / "error_cells.xlsx")
    desk.look("#N/A")  # named at its cell, and nothing is cleared
    assert_fits(desk)
    assert set(StudentRecord.objects.values_list("student_number", "major_name")) == majors


def assert_fits(desk: Desk) -> None:
    """Nothing of the page is wider than a phone."""
    assert overflow_complaints(desk.tab) == []
