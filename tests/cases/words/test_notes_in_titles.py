"""Notes in brackets in a title: most say how to fill the column, some make it another one."""

from pathlib import Path

import pytest

from enrollment.fields.headers import read_header
from enrollment.models import StudentRecord
from tests.cases.checking import check, person, write


@pytest.mark.parametrize(
    "title",
    [
        "手机号（家长）", "联系电话（父亲）", "手机号(紧急联系人)", "【家长】手机号",
        "身份证号（母亲）",
        "学号（旧）", "学号（原学校）", "姓名（英文）", "姓名（曾用名）", "出生日期（农历）",
        "班级（高中）", "专业名称（原专业）", "手机号（必填，家长）",
        "手机号（家长，不填学生）", "手机号（非本人，填监护人）", "手机号（请填家长）",
    ],
)  # fmt: skip
def test_a_note_that_names_another_person_or_thing_makes_another_title(title: str) -> None:
    header = read_header(1, [title])
    assert (header.mapping, header.unknown) == ({}, [title])


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("手机号（必填）", "phone"), ("手机号（本人）", "phone"),
        ("身份证号（末位字母大写）", "certificate_number"),
        ("身份证号（以原件为准）", "certificate_number"), ("入学日期（YYYYMMDD）", "entry_date"),
        ("手机号（本人，勿填家长）", "phone"), ("手机号（不要填家长的）", "phone"),
        ("手机号（本人或家长）", "phone"), ("姓名（与原身份证一致）", "name"),
        ("姓名（如有曾用名请注明）", "name"),
        ("身份证号（与原件、旧证相符）", "certificate_number"),
        ("姓名（拼音）", "name_pinyin"), ("姓名(汉语拼音)", "name_pinyin"),
    ],
)  # fmt: skip
def test_a_note_on_how_to_fill_a_column_does_not_count(title: str, column: str) -> None:
    assert read_header(1, [title]).mapping == {column: 0}


def test_a_title_without_a_note_beats_one_with_it() -> None:
    header = read_header(1, ["专业名称（大类）", "专业名称", "学号（新）", "学号"])
    assert header.mapping == {"major_name": 1, "student_number": 3}
    assert header.repeated == ["专业名称（大类）", "学号（新）"]


@pytest.mark.usefixtures("school")
def test_a_parents_phone_never_becomes_the_students(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person(**{"手机号（家长）": "13800138000"}))
    done = check(path, rehearse=False, out=tmp_path / "a")
    assert (done.status, done.report["unknown_titles"]) == (0, ["手机号（家长）"])
    assert StudentRecord.objects.get().phone_hash is None
