"""DBF tables as FoxPro, old systems and interrupted copies leave them."""

import struct
from decimal import Decimal
from pathlib import Path

import pytest

from enrollment.models import StudentRecord
from tests.cases.checking import check

pytestmark = pytest.mark.usefixtures("school")
VISUAL_FOXPRO, DBASE = 0x30, 0x03
FIELDS = [("XM", "C", 10), ("SFZH", "C", 18), ("XH", "C", 10), ("XJZT", "C", 12)]
PEOPLE = [
    ("赵一凡", "110101200708150017", "2026000001", "注册学籍"),
    ("钱二宁", "110101200708150025", "2026000002", "注册学籍"),
]
Field = tuple[str, str, int]


def table(
    rows: list[list[bytes]], fields: list[Field], *, version: int = DBASE, encoding: str = "gb18030"
) -> bytes:
    """A table of these cells, which are padded or cut to the width of their field."""
    width = 1 + sum(length for _, _, length in fields)
    length = 32 + 32 * len(fields) + 1
    head = struct.pack("<BBBBIHH20x", version, 126, 9, 1, len(rows), length, width)
    for name, kind, size in fields:
        title = name.encode(encoding)[:10]
        head += struct.pack("<11sc4xBB14x", title, kind.encode(), size, 0)
    body = b"".join(
        b" "
        + b"".join(cell.ljust(size)[:size] for cell, (_, _, size) in zip(row, fields, strict=True))
        for row in rows
    )
    return head + b"\r" + body + b"\x1a"


def cells(encoding: str = "gb18030") -> list[list[bytes]]:
    """The cells of both people."""
    return [[text.encode(encoding) for text in person] for person in PEOPLE]


def made(path: Path, data: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("missing", [1, 30, 60])
def test_a_table_that_was_not_copied_whole_is_refused(tmp_path: Path, missing: int) -> None:
    data = table(cells(), FIELDS)
    done = check(made(tmp_path / "a.dbf", data[: -1 - missing]), out=tmp_path / "a")
    assert (done.status, done.report["refused"]) == (2, "cut_file")


def test_a_table_without_the_mark_of_its_end_is_whole(tmp_path: Path) -> None:
    done = check(made(tmp_path / "a.dbf", table(cells(), FIELDS)[:-1]), out=tmp_path / "a")
    assert (done.status, done.report["rows"]) == (0, 2)


def test_integers_and_flags_of_visual_foxpro_are_read(tmp_path: Path) -> None:
    fields = [*FIELDS, ("XB", "I", 4), ("XZ", "B", 8), ("_NullFlags", "0", 1)]
    rows = [[*row, struct.pack("<i", 1), struct.pack("<d", 2.5), b"\0"] for row in cells()]
    data = table(rows, fields, version=VISUAL_FOXPRO)
    done = check(made(tmp_path / "a.dbf", data), rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    assert set(StudentRecord.objects.values_list("gender", "schooling_years")) == {
        (1, Decimal("2.5"))
    }


def test_a_field_that_is_none_of_its_kind_is_a_fault_of_its_row(tmp_path: Path) -> None:
    fields = [*FIELDS, ("BZ", "L", 1), ("XB", "N", 2)]
    rows = [[*row, b"\0", b"**"] for row in cells()]
    done = check(made(tmp_path / "a.dbf", table(rows, fields)), out=tmp_path / "a")
    assert (done.status, done.faults()) == (1, {("gender", "gender")})


def test_half_a_character_in_utf8_names_its_place_and_is_not_read_as_gbk(tmp_path: Path) -> None:
    rows = cells("utf-8")
    # Both are Chinese of a kind in GBK; the second has sixteen bytes for a field of ten.
    rows[0][0], rows[1][0] = "赵凡".encode(), "买买提·艾力".encode()
    done = check(made(tmp_path / "a.dbf", table(rows, FIELDS)), out=tmp_path / "a")
    assert (done.status, done.report["refused"]) == (2, "cut_character")
    assert "XM" in done.report["message"]


def test_titles_cut_within_a_character_are_read(tmp_path: Path) -> None:
    titles = ["姓名", "证件号码", "学号", "学籍状态"]
    fields = [(title, "C", size) for title, (_, _, size) in zip(titles, FIELDS, strict=True)]
    data = table(cells("utf-8"), fields, encoding="utf-8")
    done = check(made(tmp_path / "a.dbf", data), columns="学籍状=学籍状态", out=tmp_path / "a")
    assert (done.status, done.report["rows"]) == (0, 2), done.printed


@pytest.mark.parametrize("width", [9, 12, 200])
def test_a_field_of_varying_width_is_read_without_its_length(tmp_path: Path, width: int) -> None:
    """Short cells end in their length, behind NUL or blanks; a full one is all text."""
    fields = [*FIELDS, ("BH", "V", width), ("_NullFlags", "0", 1)]
    short, full = "软件".encode("gb18030"), b"A" * width
    rows = [
        [*cells()[0], short.ljust(width - 1, b"\0") + bytes([len(short)]), b"\0"],
        [*cells()[1], full[: min(width, 50)].ljust(width), b"\0"],
    ]
    if width > 50:
        rows[1][-2] = full[:50].ljust(width - 1) + bytes([50])
    data = table(rows, fields, version=VISUAL_FOXPRO)
    done = check(made(tmp_path / "a.dbf", data), rehearse=False, out=tmp_path / "a")
    assert done.status == 0, done.printed
    classes = set(StudentRecord.objects.values_list("school_class__code", flat=True))
    assert classes == {"软件", "A" * min(width, 50)}
