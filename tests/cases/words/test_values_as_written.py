"""Words, dates, numbers and titles as schools write them: the right value, or a true reason."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from enrollment.models import StudentRecord
from tests.cases.checking import DATA, check, person, write

pytestmark = pytest.mark.usefixtures("school")


@pytest.fixture
def taken(tmp_path: Path) -> Any:
    """Apply one row with these cells; the record."""

    def take(**cells: str) -> StudentRecord:
        done = check(write(tmp_path / "a.csv", person(**cells)), rehearse=False, out=tmp_path / "a")
        assert done.status == 0, done.printed
        return StudentRecord.objects.get()

    return take


@pytest.fixture
def refused(tmp_path: Path) -> Any:
    """Check one row with these cells; (column, fault) of its problems and the words for them."""

    def refuse(**cells: str) -> tuple[set[tuple[str, str]], str]:
        with translation.override("zh-hans"):
            done = check(write(tmp_path / "a.csv", person(**cells)), out=tmp_path / "a")
        words = " ".join(one["message"] for one in done.report["problems"])
        return done.faults(), words

    return refuse


def test_dates_of_every_program_are_read_as_the_day(tmp_path: Path) -> None:
    assert check(DATA / "midnight.csv", rehearse=False, out=tmp_path / "a").status == 0
    days = {f"{record.entry_date}" for record in StudentRecord.objects.all()}
    assert days == {"2026-09-01"}


@pytest.mark.parametrize(
    "written",
    [
        "2026年9月1号",
        "20260901.0",
        "2026-8-31T16:00:00.000Z",
        "2026-09-01T00:00:00+08:00",
        "2026.9",
    ],
)
def test_neighbouring_ways_to_write_a_day_are_read(taken: Any, written: str) -> None:
    assert f"{taken(入学日期=written).entry_date}" == "2026-09-01"


def test_a_month_that_lost_its_zero_is_never_january(refused: Any) -> None:
    faults, words = refused(入学日期="2026.1")
    assert faults == {("entry_date", "month_number")}
    assert "202610" in words


def test_numbers_of_pandas_are_kept_without_their_point(tmp_path: Path) -> None:
    assert check(DATA / "pandas.csv", rehearse=False, out=tmp_path / "a").status == 0
    record = StudentRecord.objects.get(student_number="2026000001")
    assert record.candidate_number == "26110100000001"
    assert record.phone_hash is not None


@pytest.mark.parametrize("written", ["110101200708150017.0", "1.10101E+17"])
def test_a_certificate_number_that_was_a_float_has_lost_digits(refused: Any, written: str) -> None:
    faults, words = refused(身份证号=written)
    assert faults == {("certificate_number", "number_cell")}
    assert words


def test_a_major_code_of_five_digits_is_warned_of(refused: Any) -> None:
    assert refused(专业代码="80902")[0] == {("major_code", "code_zero")}
    assert refused(专业代码="0812")[0] == set()


@pytest.mark.parametrize(
    ("title", "written", "field", "kept"),
    [
        ("学籍状态", "在籍（注册学籍）", "status", "注册学籍"),
        ("学籍状态", "不在籍（毕业）", "status", "毕业"),
        ("学籍状态", "在籍-休学", "status", "休学"),
        ("学制", "4年制", "schooling_years", "4.0"),
        ("学制", "四年制", "schooling_years", "4.0"),
        ("学制", "4 年", "schooling_years", "4.0"),
        ("学制", "两年半", "schooling_years", "2.5"),
        ("层次", "普通本科", "level", "本科"),
        ("层次", "硕士生", "level", "硕士研究生"),
        ("层次", "专科（高职）", "level", "专科(高职)"),
        ("学习形式", "统招", "study_mode", "普通全日制"),
        ("民族", "维族", "ethnicity", "维吾尔族"),
        ("民族", "05", "ethnicity", "维吾尔族"),
        ("民族", "01-汉族", "ethnicity", "汉族"),
        ("性别", "男性", "gender", "1"),
        ("性别", "Ｍ", "gender", "1"),
        ("证件类型", "1", "certificate_type", "居民身份证"),
        ("证件类型", "1-居民身份证", "certificate_type", "居民身份证"),
        ("证件类型", "居民身份证（01）", "certificate_type", "居民身份证"),
    ],
)
def test_words_of_other_systems_are_understood(
    taken: Any, title: str, written: str, field: str, kept: str
) -> None:
    assert str(getattr(taken(**{title: written}), field)) == kept


@pytest.mark.parametrize(
    ("title", "written", "allowed"),
    [
        ("学籍状态", "在籍", "注册学籍、暂缓注册"),
        ("学籍状态", "在校", "注册学籍、暂缓注册"),
        ("层次", "研究生", "博士研究生、硕士研究生"),
        ("学制", "9", "1.5"),
        ("学习形式", "走读", "普通全日制"),
        ("民族", "火星族", "GB/T 3304"),
        ("证件类型", "6", "护照"),
    ],
)
def test_an_unknown_word_is_told_with_the_words_allowed(
    refused: Any, title: str, written: str, allowed: str
) -> None:
    assert allowed in refused(**{title: written})[1]


def test_a_file_of_unclear_words_lists_what_is_allowed(tmp_path: Path) -> None:
    done = check(DATA / "words.xlsx", out=tmp_path / "a")
    assert done.status == 1
    assert done.faults() == {("status", "status")}
    assert "不在籍" not in done.printed
    assert "注册学籍、暂缓注册" in done.printed


@pytest.mark.parametrize(
    "title", ["身份证", "公民身份证号码", "居民身份证号码", "有效证件号码", "\ufeff身份证号\u200b"]
)
def test_other_names_of_the_certificate_number_are_known(tmp_path: Path, title: str) -> None:
    row = person()
    row[title] = row.pop("身份证号")
    assert check(write(tmp_path / "a.csv", row), out=tmp_path / "a").status == 0


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("班级代码", "class_code"), ("毕业时间", "expected_leaving_date"), ("学院名称", "college"),
        ("学生状态", "status"), ("班 级", "class_code"), ("【必填】学制（年）", "schooling_years"),
        ("院系名称", "college"), ("Ｘ Ｈ", "student_number"),
    ],
)  # fmt: skip
def test_other_titles_are_known(title: str, column: str) -> None:
    from enrollment.fields.headers import read_header

    assert read_header(1, [title]).mapping == {column: 0}


def test_short_titles_are_read(tmp_path: Path) -> None:
    assert check(DATA / "short_title.xlsx", out=tmp_path / "a").report["rows"] == 3


def test_an_exact_title_beats_another_name_of_it(tmp_path: Path) -> None:
    done = check(DATA / "two_columns2.xlsx", rehearse=False, out=tmp_path / "a")
    assert done.report["repeated_titles"] == ["毕业日期", "班号"]
    record = StudentRecord.objects.get(student_number="2026000001")
    assert record.school_class is not None
    assert record.school_class.code == "软件2601"
    assert f"{record.expected_leaving_date}" == "2030-07-01"


def test_marks_of_direction_around_numbers_do_not_count_and_are_told(tmp_path: Path) -> None:
    done = check(DATA / "bidi.xlsx", rehearse=False, out=tmp_path / "a")
    assert done.status == 0
    assert set(StudentRecord.objects.values_list("student_number", flat=True)) == {
        "2026000001",
        "2026000002",
    }
    assert done.report["tidied"] == {"certificate_number": 1, "student_number": 1}


def test_passports_without_their_type_are_told_to_give_it(tmp_path: Path) -> None:
    done = check(DATA / "passport.xlsx", out=tmp_path / "a")
    assert done.faults() == {("certificate_number", "number:other_type")}
    assert "证件类型" in done.printed


def test_lost_characters_of_names_are_warned_of(tmp_path: Path) -> None:
    done = check(DATA / "question.xlsx", out=tmp_path / "a")
    assert done.status == 0
    (problem,) = done.report["problems"]
    assert (problem["fault"], problem["count"]) == ("lost_character", 4)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("无", "name_doubtful"), ("0", "name_doubtful"), ("测试", "name_doubtful"),
        ("张三,李四", "name_doubtful"), ("张三 13800138000", "name_doubtful"),
        ("张三、李四", "name_doubtful"), ("test", "name_doubtful"), ("王？明", "lost_character"),
        ("王■明", "lost_character"),
    ],
)  # fmt: skip
def test_what_is_hardly_a_name_is_warned_of(refused: Any, name: str, fault: str) -> None:
    assert refused(姓名=name)[0] == {("name", fault)}


@pytest.mark.parametrize("name", ["St. John, Mary", "John A. Smith", "买买提·艾力", "䶮", "李〇"])
def test_unusual_names_are_not_warned_of(refused: Any, name: str) -> None:
    assert refused(姓名=name)[0] == set()


def test_a_word_of_a_hundred_thousand_characters_is_refused_at_once(refused: Any) -> None:
    before = time.process_time()
    assert refused(学籍状态="A学(" * 30_000)[0] == {("status", "status")}
    assert time.process_time() - before < 5
