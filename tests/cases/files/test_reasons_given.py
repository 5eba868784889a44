"""A file that is not taken is told why in words that are true, and what to do."""

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import dbf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from enrollment.files.faults import FileFault
from enrollment.imports.forms import FileForm
from enrollment.models import StudentRecord
from tests.cases.checking import DATA, TITLES, check, person, write

pytestmark = pytest.mark.usefixtures("school")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def reason(path: Path) -> tuple[str, str]:
    """Code and words with which the command line refuses the file."""
    done = check(path, out=path.with_suffix(".json"))
    assert done.status == 2, done.printed
    return done.report["refused"], done.report["message"]


def in_browser(path: Path) -> str:
    """The words with which the browser's form, and the API, refuse it."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    form = FileForm({}, MultiValueDict({"file": [file]}))
    assert not form.is_valid()
    return str(form.errors["file"][0])


def made(path: Path, data: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(data)
    return path


def zipped(*names: str) -> bytes:
    """A ZIP with entries of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "fault"), [("packed.zip", FileFault.ARCHIVE), ("list.docx", FileFault.DOCUMENT)]
)
def test_a_packed_workbook_and_a_document_are_called_so_everywhere(
    tmp_path: Path, name: str, fault: FileFault
) -> None:
    path = made(tmp_path / name, (DATA / name).read_bytes())
    assert reason(path) == (fault.value, str(fault.label))
    assert in_browser(path) == str(fault.label)


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("a.xlsx", zipped("学籍.xls"), FileFault.ARCHIVE),
        ("a.xlsx", zipped("word/document.xml"), FileFault.DOCUMENT),
        ("a.xls", b"\xef\xbb\xbf<html><table>", FileFault.MARKUP),
        ("a.csv", b"<style>td{}</style><table>", FileFault.MARKUP),
        ("a.xls", b"%PDF-1.7\n", FileFault.PDF),
        ("a.xlsx", b"Rar!\x1a\x07\x00", FileFault.ARCHIVE),
        ("a.xls", b"{\\rtf1 x}", FileFault.DOCUMENT),
        ("a.csv", b"\x89PNG\r\n\x1a\n", FileFault.PICTURE),
        ("a.xlsx", OLE + bytes(1024) + "EncryptedPackage".encode("utf-16-le"), FileFault.ENCRYPTED),
        ("a.xls", OLE + bytes(1024) + "WordDocument".encode("utf-16-le"), FileFault.DOCUMENT),
    ],
)
def test_what_a_file_really_is_is_told_by_its_content(
    tmp_path: Path, name: str, data: bytes, fault: FileFault
) -> None:
    path = made(tmp_path / name, data)
    assert reason(path)[0] == fault.value
    assert in_browser(path) == str(fault.label)


def test_an_encrypted_workbook_is_told_how_to_be_opened(tmp_path: Path) -> None:
    with translation.override("zh-hans"):
        path = made(tmp_path / "a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99))
        assert "密码" in reason(path)[1]
        assert "文件" in reason(path)[1]


def test_half_a_character_in_a_dbf_names_row_and_field(tmp_path: Path) -> None:
    path = made(tmp_path / "cut.dbf", (DATA / "cut.dbf").read_bytes())
    fault, words = reason(path)
    assert fault == "cut_character"
    assert "第 3 行" in words
    assert "ZYMC" in words


def test_numbers_of_a_dbf_keep_every_digit(tmp_path: Path) -> None:
    done = check(DATA / "numeric.dbf", rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    assert StudentRecord.objects.filter(student_number="2026000001").exists()


def dbf_file(path: Path, codepage: str) -> Path:
    """Two people in a DBF, the second deleted, with a memo and a fraction of zeros."""
    table = dbf.Table(
        str(path),
        "XM C(20); SFZH C(18); XH N(13,2); XJZT C(12); RXRQ D; BZ M",
        codepage=codepage,
        dbf_type="db3",
    )
    with table.open(dbf.READ_WRITE):
        for serial in (1, 2):
            number = "110101200708150017" if serial == 1 else "110101200708150025"
            row = ("赵一凡", number, 2026000000 + serial, "注册学籍", date(2026, 9, 1), "备注")
            table.append(row)
    data = bytearray(path.read_bytes())
    start, length = struct.unpack("<HH", data[8:12])
    data[start + length] = ord("*")  # the mark of a deleted row
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("codepage", ["cp936", "utf8"])
def test_code_pages_deleted_rows_and_memos_of_a_dbf_are_read(tmp_path: Path, codepage: str) -> None:
    path = dbf_file(tmp_path / "a.dbf", codepage)
    (tmp_path / "a.dbt").unlink()
    done = check(path, rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    record = StudentRecord.objects.get()
    assert (record.name, record.student_number) == ("赵一凡", "2026000001")


def test_a_day_that_is_none_in_a_dbf_is_a_fault_of_its_row(tmp_path: Path) -> None:
    data = (DATA / "numeric.dbf").read_bytes().replace(b"20260901", b"20261399", 1)
    done = check(made(tmp_path / "a.dbf", data), out=tmp_path / "a")
    assert done.status == 1
    assert done.faults() == {("entry_date", "date")}


def test_a_bad_byte_in_utf8_names_row_and_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person(), person(姓名="钱二宁坏", 学号="2026000002"))
    data = path.read_bytes()
    at = data.index("坏".encode())
    path.write_bytes(data[: at + 2] + data[at + 3 :])
    fault, words = reason(path)
    assert fault == "encoding"
    assert "第 3 行，第 10 个字节" in words


def test_a_bad_byte_in_gb18030_names_row_and_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person(), person(姓名="钱二"), encoding="gb18030")
    data = path.read_bytes()
    at = data.index("钱二".encode("gb18030"))
    path.write_bytes(data[: at + 3] + b"\xff\xff" + data[at + 4 :])
    fault, words = reason(path)
    assert fault == "encoding"
    assert "第 3 行" in words


def test_two_encodings_in_one_file_are_called_so(tmp_path: Path) -> None:
    utf8 = write(tmp_path / "a.csv", person()).read_bytes()
    gbk = write(tmp_path / "b.csv", person(), encoding="gb18030").read_bytes()
    assert reason(made(tmp_path / "c.csv", gbk + utf8.split(b"\r\n")[1]))[0] == "mixed_encoding"


def test_byte_order_marks_do_not_count(tmp_path: Path) -> None:
    assert check(DATA / "bom.csv", out=tmp_path / "a").report["rows"] == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", person(), encoding=encoding)
    assert check(path, out=tmp_path / "a").status == 0


def test_the_delimiter_that_a_file_states_is_used(tmp_path: Path) -> None:
    assert check(DATA / "sep.csv", out=tmp_path / "a").report["rows"] == 3


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "，"])
def test_the_delimiter_is_that_of_the_titles_not_of_the_remarks(
    tmp_path: Path, delimiter: str
) -> None:
    row = person(备注="a,b,c,d,e,f,g,h;x")
    text = "\n".join([delimiter.join(row), delimiter.join([*list(row.values())[:-1], '"a,b,;c"'])])
    done = check(made(tmp_path / "a.csv", text.encode()), out=tmp_path / "a")
    assert done.status == 0, done.printed


def test_a_line_break_in_a_quoted_cell_is_a_blank(tmp_path: Path) -> None:
    done = check(write(tmp_path / "a.csv", person(专业名称="软件\n工程")), out=tmp_path / "a")
    assert done.report["rows"] == 1
    assert done.report["tidied"] == {"major_name": 1}


def test_a_nul_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    done = check(write(tmp_path / "a.csv", person(专业名称="软\x00件")), out=tmp_path / "a")
    assert done.faults() == {("major_name", "control_text")}


def test_a_quotation_mark_inside_a_cell_is_told_apart_from_an_open_one(tmp_path: Path) -> None:
    titles = ",".join(TITLES).encode()
    assert reason(made(tmp_path / "a.csv", titles + b'\n"a"b,c\n'))[0] == "inner_quote"
    assert reason(made(tmp_path / "b.csv", titles + b'\n"a,b\n'))[0] == "quote"


def test_an_unknown_institution_is_named_with_what_adds_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", person())
    done = check(path, institution="99999", out=tmp_path / "a")
    assert done.status == 2
    assert "99999" in done.printed
    assert "load_institutions" in done.printed
