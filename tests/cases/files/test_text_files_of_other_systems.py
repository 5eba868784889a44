"""Text files as other systems write them: padded, with floats, with a delimiter in a cell."""

from pathlib import Path

import pytest

from enrollment.models import StudentRecord
from tests.cases.checking import PERSON, TITLES, check, person, write

pytestmark = pytest.mark.usefixtures("school")


def made(path: Path, *lines: str, encoding: str = "utf-8", end: bytes = b"") -> Path:
    """A text file of these lines below the titles."""
    text = "\r\n".join([",".join(TITLES), *lines, ""])
    path.write_bytes(text.encode(encoding) + end)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("end", [b"\x1a", bytes(300), bytes(8000), b"\x1a" + bytes(500)])
def test_what_old_systems_put_behind_the_last_line_is_no_row(
    tmp_path: Path, encoding: str, end: bytes
) -> None:
    path = made(tmp_path / "a.csv", ",".join(PERSON), encoding=encoding, end=end)
    done = check(path, out=tmp_path / "a")
    assert (done.status, done.report["rows"]) == (0, 1), done.printed


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_cells_padded_with_nul_are_read_without_it(tmp_path: Path, encoding: str) -> None:
    row = ",".join(cell + "\0" * 8 for cell in PERSON)
    done = check(
        made(tmp_path / "a.csv", row, encoding=encoding), rehearse=False, out=tmp_path / "a"
    )
    assert done.status == 0, done.printed
    record = StudentRecord.objects.get()
    assert (record.name, record.student_number) == ("赵一凡", "2026000001")


def test_a_mark_of_byte_order_in_gb18030_does_not_count(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", ",".join(PERSON), encoding="gb18030")
    path.write_bytes("\ufeff".encode("gb18030") + path.read_bytes())
    assert check(path, out=tmp_path / "a").status == 0


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("学号", "2.026000001E9"),
        ("学号", "2.026E9"),
        ("学号", "2026000000012345.0"),
        ("考生号", "2.6110100000001E13"),
    ],
)
def test_a_number_written_as_a_float_is_a_fault(tmp_path: Path, title: str, written: str) -> None:
    done = check(write(tmp_path / "a.csv", person(**{title: written})), out=tmp_path / "a")
    assert {fault for _, fault in done.faults()} == {"number_cell"}


@pytest.mark.parametrize(
    ("title", "written", "field", "kept"),
    [
        ("学制", "4.00", "schooling_years", "4.0"),
        ("学制", "2.50", "schooling_years", "2.5"),
        ("性别", "1.0", "gender", "1"),
        ("民族", "5.0", "ethnicity", "维吾尔族"),
        ("证件类型", "1.0", "certificate_type", "居民身份证"),
        ("班级", "2601.0", "school_class", "2601"),
        ("院校代码", "19998.0", "student_number", "2026000001"),
        ("院校代码", "１９９９８", "student_number", "2026000001"),
        ("院校代码", "4199919998.0", "student_number", "2026000001"),
    ],
)
def test_codes_written_as_floats_are_read(
    tmp_path: Path, title: str, written: str, field: str, kept: str
) -> None:
    path = write(tmp_path / "a.csv", person(**{title: written}))
    done = check(path, rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    assert str(getattr(StudentRecord.objects.get(), field)) == kept


def test_the_institution_of_a_file_is_found_in_a_float(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person(院校代码="19998.0"))
    assert check(path, institution=None, out=tmp_path / "a").status == 0


def test_a_row_shifted_by_its_own_delimiter_is_a_fault(tmp_path: Path) -> None:
    shifted = [*PERSON[:5], "软件工程,网络", *PERSON[6:]]
    done = check(made(tmp_path / "a.csv", ",".join(shifted)), out=tmp_path / "a")
    assert (done.status, done.faults()) == (1, {("", "extra_cells")})
    assert (done.report["rows"], done.report["faulty"]) == (1, 1)


@pytest.mark.parametrize("end", [",", ",,,", ", "])
def test_empty_cells_behind_the_last_title_are_no_fault(tmp_path: Path, end: str) -> None:
    assert check(made(tmp_path / "a.csv", ",".join(PERSON) + end), out=tmp_path / "a").status == 0


@pytest.mark.parametrize("first", ["NULL", "/", "\0\0", "\u3000"])
def test_the_institution_is_taken_from_the_first_row_that_states_one(
    tmp_path: Path, first: str
) -> None:
    rows = (person(院校代码=code) for code in (first, "4100019998\0\0"))
    done = check(write(tmp_path / "a.csv", *rows), out=tmp_path / "a", institution=None)
    assert (done.status, done.report["rows"]) == (1, 2), done.printed


def test_a_number_with_an_e_in_it_is_not_told_to_be_a_damaged_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person(身份证号="2023E12"))
    done = check(path, out=tmp_path / "a")
    assert ("certificate_number", "number_cell") not in done.faults()


@pytest.mark.parametrize("sign", ["'", "`", "‘", "’"])
def test_a_sign_that_makes_digits_a_text_is_no_part_of_them(tmp_path: Path, sign: str) -> None:
    numbers = {title: sign + person()[title] for title in ("身份证号", "学号", "考生号")}
    path = write(tmp_path / "a.csv", person(**numbers))
    done = check(path, rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    record = StudentRecord.objects.get()
    assert [record.student_number, record.candidate_number] == ["2026000001", "26110100000001"]
