"""A registrar's day in a real browser: a messy workbook becomes the registry, and back.

The worker's part is done between the steps by the test itself; the open page
finds out by itself.
"""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from accounts.models import User
from enrollment.imports import tasks as imports_tasks
from enrollment.models import ImportBatch, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.journeys.conftest import NewContext
from tests.journeys.hand import take_file
from tests.journeys.registrar import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Titles as a school writes them; the first is the school's own invention.
TITLES = {
    "学号": "校内编号",
    "姓名": "*姓 名（必填）",
    "证件号码": "身份证件号",
    "学籍状态": "学籍状态",
    "层次": "培养层次",
    "入学日期": "入学年月",
    "班号": "行政班",
}
MISSING_FROM_FILE = 3


def messy_rows() -> list[list[object]]:
    """Twelve students, one twice, one with a number for an identity, two with one number."""
    people = sample(12)
    rows: list[list[object]] = [[person[AT[title]] for title in TITLES] for person in people]
    rows.append(list(rows[0]))
    rows[3][2] = int(people[3][AT["证件号码"]][:17] + "0")  # a number cell: digits are lost
    rows[5][0] = rows[6][0]
    return rows


def write_workbook(path: Path, rows: list[list[object]]) -> Path:
    """Two lines of title and a blank one above the header, as offices like it."""
    book = Workbook()
    sheet = book.worksheets[0]
    above: list[list[object]] = [["明德示范大学学籍名册"], ["制表：教务处"], [], [*TITLES.values()]]
    for row in above + rows:
        sheet.append(row)
    book.save(path)
    return path


def mend(downloaded: Path, path: Path) -> Path:
    """What the registrar does with the rows that came back."""
    book = load_workbook(downloaded)
    sheet = book.worksheets[0]
    titles = [str(cell.value) for cell in sheet[1]]
    number, certificate = titles.index("校内编号"), titles.index("身份证件号")
    people = sample(12)
    for row in sheet.iter_rows(min_row=2):
        line = int(str(row[0].value))
        if line == 5 + 3:
            row[certificate].value = people[3][AT["证件号码"]]
        if line == 5 + 5:
            row[number].value = people[5][AT["学号"]]
    book.save(path)
    return path


@pytest.mark.parametrize("size", [(375, 812), (1280, 800)], ids=["phone", "desktop"])
def test_a_messy_workbook_becomes_the_registry(
    size: tuple[int, int],
    desk_registrar: User,
    media: Path,
    open_context: NewContext,
    tmp_path: Path,
) -> None:
    before = sample(12 + MISSING_FROM_FILE)[9:]
    before[0][AT["学籍状态"]] = "休学"
    run_import(write_csv(tmp_path / "before.csv", before))
    width, height = size
    context = open_context(desk_registrar, viewport={"width": width, "height": height})
    desk = Desk(context.new_page(), tmp_path)

    desk.tab.goto("/registry/imports/")
    desk.upload(write_workbook(tmp_path / "学籍名册.xlsx", messy_rows()))
    desk.look("学号")  # a required column is missing
    desk.press("指定各列的含义")
    desk.tab.get_by_label("校内编号").select_option(label="学号")
    desk.look("校内编号")
    desk.press("记住并检查文件")
    imports_tasks.rehearse_upload(ImportBatch.objects.latest("pk").pk)
    for told in ("已损坏的号码", "互相冲突的行", "重复的行"):
        desk.look(told)

    taken = take_file(desk.tab, lambda: desk.press("下载这些行"))
    taken.save_as(tmp_path / taken.suggested_filename)
    desk.tab.goto(f"/registry/imports/{ImportBatch.objects.latest('pk').key}/")
    mended = mend(tmp_path / "需要修改的行.xlsx", tmp_path / "改好.xlsx")
    desk.press("上传改好的行")
    desk.upload(mended)
    desk.look("已替换改好的行")
    assert ImportBatch.objects.latest("pk").result["faulty"] == 0
    desk.press("逐条查看变化前后的内容")
    desk.look("休学")
    desk.tab.go_back()
    desk.publish()
    assert StudentRecord.objects.count() == 12 + MISSING_FROM_FILE

    desk.press("查看并处理")
    desk.look("3 条学籍有待处理")
    desk.tab.go_back()
    desk.press("撤销本次发布")
    desk.press("撤销本次发布")
    desk.look("本次发布已撤销")
    assert StudentRecord.objects.count() == 3 + MISSING_FROM_FILE

    rows = [[person[AT[title]] for title in TITLES] for person in sample(12)]
    desk.tab.goto("/registry/imports/")
    desk.upload(write_workbook(tmp_path / "名册.xlsx", [[*row] for row in rows]))
    desk.publish()
    assert StudentRecord.objects.count() == 12 + MISSING_FROM_FILE
