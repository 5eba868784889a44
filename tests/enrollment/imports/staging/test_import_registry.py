"""A file becomes the registry: rows, spellings, changes, history."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import AuditEntry
from enrollment.demo.samples import HEADER
from enrollment.identity.number import check_character
from enrollment.models import FieldChange, SchoolClass, StudentRecord
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
    first[AT["考生号"]] = second[AT["学号"]] = ""  # neither number distinguishes them
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


def test_a_rehearsal_applies_nothing(tmp_path: Path) -> None:
    result = run_import(write_csv(tmp_path / "a.csv", sample(5)), rehearse=True)
    assert result["new"] == 5
    assert not StudentRecord.objects.exists()


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
        ("专业名称", r"\N", "major_name", ""),
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


def test_a_second_record_of_the_same_person_is_taken(tmp_path: Path) -> None:
    rows = sample(1)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学号"]], rows[0][AT["考生号"]] = "20279999", "27110100000001"
    rows[0][AT["层次"]] = "专升本"
    assert run_import(write_csv(tmp_path / "b.csv", rows))["new"] == 1
    assert StudentRecord.objects.count() == 2


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
