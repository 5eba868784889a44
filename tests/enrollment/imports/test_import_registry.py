"""A registrar's file becomes the truth: everything or nothing, twice is the same as once."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from accounts.models import User
from audit.models import AuditEntry
from enrollment.demo.samples import HEADER
from enrollment.identity.number import check_character
from enrollment.models import FieldChange, ImportBatch, Institution, SchoolClass, StudentRecord
from tests.enrollment.imported_files import (
    AT,
    certificate_of,
    run_import,
    sample,
    snapshot,
    write_csv,
)
from vault.lookup import keyed_hash

pytestmark = pytest.mark.usefixtures("school")


def refused(path: Path, **options: Any) -> tuple[int, dict[str, Any], str]:
    """Import a file that must not be applied: exit status, result and what was printed."""
    out, printed = path.with_suffix(".json"), io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_registry", path, json=out, stdout=printed, **options)
    result = json.loads(out.read_text()) if out.exists() else {}
    return error.value.returncode, result, f"{printed.getvalue()}{error.value}"


def test_a_file_of_ten_thousand_rows_becomes_the_registry(tmp_path: Path) -> None:
    rows = sample(10_000)
    result = run_import(write_csv(tmp_path / "registry.csv", rows))
    assert (result["rows"], result["new"], result["faulty"]) == (10_000, 10_000, 0)
    assert StudentRecord.objects.count() == 10_000
    row = rows[1234]
    record = StudentRecord.objects.get(student_number=row[AT["学号"]])
    assert record.name == row[AT["姓名"]]
    assert f"{record.birth_date:%Y%m%d}" == row[AT["出生日期"]]
    assert record.school_class is not None
    assert record.school_class.code == row[AT["班号"]]
    assert record.status == row[AT["学籍状态"]]
    assert str(record.schooling_years) == "4.0"
    assert certificate_of(record) == row[AT["证件号码"]]
    assert bytes(record.certificate_hash) == keyed_hash("certificate", row[AT["证件号码"]])
    assert bytes(record.phone_hash or b"") == keyed_hash("phone", "+86" + row[AT["手机号"]])
    trail = AuditEntry.objects.get(action="enrollment.publish_batch")
    assert (trail.institution_code, trail.detail["new"]) == ("19998", 10_000)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "registry.csv", sample(300))
    run_import(path)
    before = snapshot()
    result = run_import(path)
    assert (result["new"], result["changed"], result["unchanged"]) == (0, 0, 300)
    assert snapshot() == before
    assert not FieldChange.objects.exists()


def test_the_same_rows_written_otherwise_change_nothing(tmp_path: Path) -> None:
    rows = sample(50)
    run_import(write_csv(tmp_path / "a.csv", rows))
    before = snapshot()
    for row in rows:
        row[AT["证件号码"]] = row[AT["证件号码"]].lower() + " "
        day = row[AT["出生日期"]]
        row[AT["出生日期"]] = "-".join([day[:4], day[4:6], day[6:]])
        row[AT["姓名"]] = row[AT["姓名"]].replace("·", "•")
    order = list(range(len(HEADER)))[::-1]
    shuffled = [[row[at] for at in order] for row in reversed(rows)]
    header = [HEADER[at] for at in order]
    result = run_import(write_csv(tmp_path / "b.csv", shuffled, header=header, encoding="gb18030"))
    assert (result["new"], result["changed"], result["unchanged"]) == (0, 0, 50)
    assert snapshot() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_every_chinese_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    rows = sample(200)  # rare characters are among them
    run_import(write_csv(tmp_path / "registry.csv", rows, encoding=encoding))
    assert set(StudentRecord.objects.values_list("name", flat=True)) == {
        r[AT["姓名"]] for r in rows
    }


def test_a_passport_and_a_permit_of_equal_digits_are_two_people(tmp_path: Path) -> None:
    rows = sample(2)
    for row, kind in zip(rows, ["护照", "台湾居民来往大陆通行证"], strict=True):
        row[AT["证件类型"]], row[AT["证件号码"]] = kind, "12345678"
    first, second = rows
    first[AT["考生号"]] = second[AT["学号"]] = ""  # neither number tells them apart
    together = run_import(write_csv(tmp_path / "both.csv", rows))
    assert (together["new"], together["problems"]) == (2, [])
    later = run_import(write_csv(tmp_path / "one.csv", [second]))
    assert (later["new"], later["unchanged"]) == (0, 1)
    kinds = StudentRecord.objects.values_list("name", "certificate_type")
    assert dict(kinds) == {row[AT["姓名"]]: row[AT["证件类型"]] for row in rows}


def test_short_names_aliases_and_decorated_titles_are_known(tmp_path: Path) -> None:
    header = list(HEADER)
    for title, written in {
        "姓名": "*姓 名（必填）", "证件号码": "SFZH", "学号": "xh", "分院": "学院", "班号": "班级",
    }.items():  # fmt: skip
        header[AT[title]] = written
    result = run_import(write_csv(tmp_path / "registry.csv", sample(3), header=header))
    assert result["new"] == 3
    assert result["unknown_titles"] == []


def test_a_change_is_applied_with_its_history(tmp_path: Path) -> None:
    rows = sample(20)
    run_import(write_csv(tmp_path / "a.csv", rows))
    record = StudentRecord.objects.get(student_number=rows[3][AT["学号"]])
    old_number = rows[3][AT["证件号码"]]
    first_17 = old_number[:14] + f"{(int(old_number[14:17]) + 2) % 1000:03}"
    rows[3][AT["证件号码"]] = new_number = first_17 + check_character(first_17)
    rows[3][AT["学籍状态"]] = "休学"
    rows[3][AT["班号"]] = "新班2401"
    result = run_import(write_csv(tmp_path / "b.csv", rows))
    assert (result["new"], result["changed"], result["unchanged"]) == (0, 1, 19)
    assert result["locked"] == ["certificate_number"]
    changed = StudentRecord.objects.get(pk=record.pk)
    assert changed.key == record.key
    assert changed.version == 2
    assert changed.status == "休学"
    assert changed.school_class == SchoolClass.objects.get(code="新班2401")
    assert certificate_of(changed) == new_number
    history = {c.field: (c.old, c.new) for c in FieldChange.objects.filter(record=record)}
    assert history["status"] == (record.status, "休学")
    assert history["certificate_number"] == (
        f"{old_number[0]}{'*' * 16}{old_number[-1]}",
        f"{new_number[0]}{'*' * 16}{new_number[-1]}",
    )


def test_a_freshman_meets_the_same_record_when_the_student_number_comes(tmp_path: Path) -> None:
    rows = sample(2)
    numbers = [row[AT["学号"]] for row in rows]
    for row in rows:
        row[AT["学号"]] = ""
    run_import(write_csv(tmp_path / "a.csv", rows))
    for row, number in zip(rows, numbers, strict=True):
        row[AT["学号"]] = number
    result = run_import(write_csv(tmp_path / "b.csv", rows))
    assert (result["new"], result["changed"]) == (0, 2)
    assert set(StudentRecord.objects.values_list("student_number", flat=True)) == set(numbers)


def test_columns_the_file_lacks_keep_their_values(tmp_path: Path) -> None:
    rows = sample(2)
    run_import(write_csv(tmp_path / "a.csv", rows))
    titles = ["姓名", "证件号码", "学号", "学籍状态"]
    few = [[row[AT[title]] for title in titles] for row in rows]
    few[0][3] = "毕业"
    result = run_import(write_csv(tmp_path / "b.csv", few, header=titles), institution="19998")
    assert result["changed"] == 1
    record = StudentRecord.objects.get(student_number=few[0][2])
    assert (record.status, record.major_name) == ("毕业", rows[0][AT["专业名称"]])


def test_an_empty_cell_in_the_only_descriptive_column_is_empty(tmp_path: Path) -> None:
    titles = ["姓名", "证件号码", "学号", "学籍状态", "专业名称"]
    row = [sample(1)[0][AT[title]] for title in titles[:4]]
    path = write_csv(tmp_path / "a.csv", [[*row, ""]], header=titles)
    assert run_import(path, institution="19998")["new"] == 1


def test_records_missing_from_a_file_are_counted_and_kept(tmp_path: Path) -> None:
    rows = sample(10)
    run_import(write_csv(tmp_path / "a.csv", rows))
    result = run_import(write_csv(tmp_path / "b.csv", rows[:7]))
    assert result["missing"] == 3
    assert StudentRecord.objects.count() == 10


def test_a_claimed_record_that_changes_is_counted(tmp_path: Path) -> None:
    rows = sample(3)
    run_import(write_csv(tmp_path / "a.csv", rows))
    holder = User.objects.create(username="holder")
    record = StudentRecord.objects.get(student_number=rows[0][AT["学号"]])
    record.holder, record.claimed_at = holder, record.created_at
    record.save()
    rows[0][AT["学籍状态"]] = "休学"
    assert run_import(write_csv(tmp_path / "b.csv", rows))["claimed"] == 1
    record.refresh_from_db()
    assert record.holder == holder


def messy_workbook(path: Path) -> list[list[str]]:
    """Title rows, blank rows, reordered and unknown columns, and a fault of every kind."""
    rows = sample(12)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["明德示范大学 2026 年在校生名单"])
    sheet.append(["制表：教务处"])
    sheet.append([])
    order = ["学号", "姓名", "性别", "证件号码", "出生日期", "学籍状态", "班号", "备注", "考生号"]
    sheet.append(order)
    for index, row in enumerate(rows):
        cells: list[Any] = [row[AT[title]] if title in AT else "住校" for title in order]
        if index == 1:
            cells[3] = int(row[AT["证件号码"]].replace("X", "1"))  # row 6: a number cell
        if index == 2:
            cells[3] = row[AT["证件号码"]][:17] + ("0" if cells[3][17] != "0" else "1")  # row 7
        if index == 3:
            cells[5] = "在读"  # row 8: unknown status
        if index == 4:
            cells[1] = "张\ue000"  # row 9: private-use character
        if index == 5:
            sheet.append([])  # row 10 is blank; the row becomes 11
        sheet.append(cells)
    again = [row[AT[title]] if title in AT else "住校" for row in [rows[6]] for title in order]
    sheet.append(again)  # row 18 repeats row 12
    sheet.append([*again[:1], "李四", *again[2:]])  # row 19 contradicts rows 12
    other = [row[AT[title]] if title in AT else "" for row in [rows[7]] for title in order]
    sheet.append(["20239999999", "王五", *other[2:8], "991234"])  # row 20: number of row 13
    book.create_sheet("说明").append(["请勿修改"])
    book.save(path)
    return rows


def test_every_fault_of_a_messy_workbook_is_named_at_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "messy.xlsx"
    messy_workbook(path)
    report = tmp_path / "faulty.xlsx"
    status, result, printed = refused(path, institution="19998", report=report)
    assert status == 1
    places = {(p["row"], p["column"], p["fault"]) for p in result["listed"]}
    assert {
        (6, "certificate_number", "number_cell"),
        (7, "certificate_number", "number:check_digit"),
        (8, "status", "status"),
        (9, "name", "name:private_use"),
        (18, "", "duplicate"),
        (12, "student_number", "conflict_student_number"),
        (19, "student_number", "conflict_student_number"),
        (13, "certificate_number", "conflict_certificate"),
        (20, "certificate_number", "conflict_certificate"),
    } <= places
    assert {row for row, _, _ in places} == {6, 7, 8, 9, 12, 13, 18, 19, 20}
    assert result["unknown_titles"] == ["备注"]
    assert result["other_sheets"] == ["说明"]
    assert result["blank"] == 1
    assert not StudentRecord.objects.exists()
    assert "Sheet 第 7 行" in printed
    sheet = load_workbook(report).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][:3] == ("原表行号", "学号", "姓名")
    assert [line[0] for line in lines[1:]] == ["6", "7", "8", "9", "12", "13", "18", "19", "20"]
    assert all(line[-1] for line in lines[1:])


def test_no_certificate_number_appears_in_what_is_printed_or_kept(tmp_path: Path) -> None:
    path = tmp_path / "messy.xlsx"
    rows = messy_workbook(path)
    _, result, printed = refused(path, institution="19998")
    kept = json.dumps(list(ImportBatch.objects.values_list("result", flat=True)))
    for row in rows:
        assert row[AT["证件号码"]][:14] not in f"{printed}{result}{kept}"


def test_one_faulty_row_keeps_the_whole_file_out(tmp_path: Path) -> None:
    rows = sample(100)
    run_import(write_csv(tmp_path / "a.csv", rows[:50]))
    before = snapshot()
    rows[10][AT["学籍状态"]] = "休学"
    rows[99][AT["姓名"]] = ""
    status, result, _ = refused(write_csv(tmp_path / "b.csv", rows))
    assert (status, result["faulty"], result["changed"], result["new"]) == (1, 1, 1, 49)
    assert snapshot() == before


def test_a_rehearsal_applies_nothing(tmp_path: Path) -> None:
    result = run_import(write_csv(tmp_path / "a.csv", sample(5)), rehearse=True)
    assert result["new"] == 5
    assert not StudentRecord.objects.exists()


def test_repeated_faults_fold_into_first_place_and_others(tmp_path: Path) -> None:
    rows = sample(30)
    for row in rows[4:]:
        row[AT["学籍状态"]] = "?"
    _, result, printed = refused(write_csv(tmp_path / "a.csv", rows))
    [problem] = result["problems"]
    assert (problem["fault"], problem["column"]) == ("status", "status")
    assert (problem["count"], problem["first_row"]) == (26, 6)
    assert "另有 25 处" in printed


@pytest.mark.parametrize(
    ("title", "value", "fault"),
    [
        ("出生日期", "20050230", "date"),
        ("出生日期", "２００５１３０１", "date"),
        ("出生日期", "٢٠٠٥٠١٠١", "date"),
        ("性别", "先生", "gender"),
        ("民族", "火星族", "ethnicity"),
        ("层次", "超本科", "level"),
        ("学制", "4.7", "schooling_years"),
        ("学习形式", "梦中", "study_mode"),
        ("证件类型", "驾驶证", "certificate_type"),
        ("学号", "9" * 21, "student_number"),
        ("学号", "2023<1>", "student_number"),
        ("学号", "2.02E+11", "number_cell"),
        ("考生号", "1" * 19, "candidate_number"),
        ("证件号码", "3.60426E+17", "number_cell"),
        ("证件号码", "360426199101010000", "number_cell"),
        ("证件号码", "", "number:empty"),
        ("姓名", "张\x1b三", "name:control"),
        ("姓名", "甲" * 51, "name:too_long"),
        ("专业名称", "甲\x00乙", "control_text"),
        ("专业名称", "甲" * 101, "too_long_text"),
        ("院校代码", "10001", "other_institution"),
        ("学籍状态", "", "blank"),
    ],
)
def test_each_impossible_cell_is_refused(
    tmp_path: Path, title: str, value: str, fault: str
) -> None:
    rows = sample(2)
    rows[1][AT[title]] = value
    _, result, _ = refused(write_csv(tmp_path / "a.csv", rows), institution="19998")
    assert [(p["row"], p["fault"]) for p in result["listed"]] == [(3, fault)]


@pytest.mark.parametrize(
    ("title", "value", "fault"),
    [
        ("性别", "OTHER", "gender_differs"),
        ("出生日期", "19990101", "birth_date_differs"),
        ("手机号", "021-5550000", "phone_ignored"),
    ],
)
def test_a_contradiction_is_a_warning_each_time(
    tmp_path: Path, title: str, value: str, fault: str
) -> None:
    rows = sample(2)
    rows[0][AT[title]] = {"男": "女", "女": "男"}[rows[0][AT[title]]] if value == "OTHER" else value
    path = write_csv(tmp_path / "a.csv", rows)
    for _ in range(2):
        assert [p["fault"] for p in run_import(path)["problems"]] == [fault]


@pytest.mark.parametrize(
    ("title", "value", "field", "kept"),
    [
        ("民族", "毛难族", "ethnicity", "毛南族"),
        ("民族", "01", "ethnicity", "汉族"),
        ("层次", "专科（高职）", "level", "专科(高职)"),
        ("学制", "两年半", "schooling_years", "2.5"),
        ("政治面貌", "团员", "political_status", "共青团员"),
        ("入学日期", "2023年9月1日", "entry_date", "2023-09-01"),
        ("入学日期", "2023/9/1", "entry_date", "2023-09-01"),
        ("入学日期", "202309", "entry_date", "2023-09-01"),
        ("专业名称", r"C\C++ 与 \N", "major_name", r"C\C++ 与 \N"),
        ("专业名称", r"\N", "major_name", r"\N"),
        ("学号", '="20230001"', "student_number", "20230001"),
    ],
)
def test_the_usual_spellings_are_understood(
    tmp_path: Path, title: str, value: str, field: str, kept: str
) -> None:
    rows = sample(1)
    rows[0][AT[title]] = value
    run_import(write_csv(tmp_path / "a.csv", rows))
    assert str(getattr(StudentRecord.objects.get(), field)) == kept


def test_a_number_the_registry_has_under_another_name_is_refused(tmp_path: Path) -> None:
    rows = sample(2)
    run_import(write_csv(tmp_path / "a.csv", rows[:1]))
    rows[1][AT["证件号码"]] = rows[0][AT["证件号码"]]
    _, result, _ = refused(write_csv(tmp_path / "b.csv", rows[1:]))
    assert "conflict_registry" in {p["fault"] for p in result["problems"]}


def test_a_second_record_of_the_same_person_is_taken(tmp_path: Path) -> None:
    rows = sample(1)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学号"]], rows[0][AT["考生号"]] = "20279999", "27110100000001"
    rows[0][AT["层次"]] = "专升本"
    assert run_import(write_csv(tmp_path / "b.csv", rows))["new"] == 1
    assert StudentRecord.objects.count() == 2


def test_an_unknown_institution_is_refused(tmp_path: Path) -> None:
    rows = sample(1)
    rows[0][AT["院校代码"]] = "10001"
    status, _, printed = refused(write_csv(tmp_path / "a.csv", rows))
    assert (status, "institution" in printed.lower() or "院校" in printed) == (2, True)
    assert not ImportBatch.objects.exists()
    assert Institution.objects.count() == 1


def test_a_script_reads_the_report_from_standard_output(tmp_path: Path) -> None:
    rows = sample(3)
    rows[0][AT["姓名"]] = ""
    printed = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(
            "import_registry", write_csv(tmp_path / "a.csv", rows), json=Path("-"), stdout=printed
        )
    report = json.loads(printed.getvalue())
    assert (error.value.returncode, report["faulty"]) == (1, 1)
    assert report["problems"][0]["message"]


def test_a_refused_file_has_a_report_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", sample(1), header=["学号", "姓名"])
    printed = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_registry", path, json=Path("-"), stdout=printed)
    report = json.loads(printed.getvalue())
    assert (error.value.returncode, report["refused"]) == (2, "missing_columns")
    assert "证件号码" in report["message"]
