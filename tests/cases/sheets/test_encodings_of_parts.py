"""Workbooks whose parts are in an encoding other than UTF-8, as old versions of WPS wrote them."""

import re
import zipfile
from pathlib import Path

import pytest

from tests.cases.workbooks import ROWS, run, saved, sheet_with, values

pytestmark = pytest.mark.usefixtures("school")

DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*")
REFERENCE = re.compile(r"&#([0-9]+);")


def recoded(path: Path, to: Path, declared: str, codec: str, *, spoiled: bytes = b"") -> Path:
    """The workbook with all of its parts in ``codec``, declared as ``declared``."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = DECLARATION.sub("", old.read(name).decode(), count=1)
            body = REFERENCE.sub(lambda found: chr(int(found[1])), body)
            said = f' encoding="{declared}"' if declared else ""
            part = f'<?xml version="1.0"{said} standalone="yes"?>\r\n{body}'.encode(codec)
            new.writestr(name, part.replace("赵一凡".encode(codec), spoiled) if spoiled else part)
    return to


def workbook(tmp_path: Path) -> Path:
    """Four people whose class is one merged cell, and a column that is hidden."""
    rows = [[*row, f"备注{at}"] for at, row in enumerate(ROWS)]
    titles = [str(cell.value) for cell in sheet_with([])[1]]
    sheet = sheet_with(rows, [*titles, "备注"])
    sheet.merge_cells("E2:E5")
    sheet.column_dimensions["M"].hidden = True
    return saved(sheet, tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("GB2312", "gb2312"),
        ("gbk", "gbk"),
        ("GB18030", "gb18030"),
        ("windows-936", "gbk"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("", "utf-16-be"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_parts_are_read_in_the_encoding_that_they_declare(
    tmp_path: Path, declared: str, codec: str
) -> None:
    result = run(recoded(workbook(tmp_path), tmp_path / "b.xlsx", declared, codec))
    assert (result["status"], result["new"]) == (0, 4)
    assert values("name", "school_class__code")[0] == ("赵一凡", "软件2601")
    assert values("school_class__code") == [("软件2601",)] * 4
    assert result["reading"]["hidden_columns"] == ["M 备注"]


@pytest.mark.parametrize("declared", ["GB2312", "EUC-KR", "no-such-encoding", "idna"])
def test_bytes_that_are_no_characters_of_the_declared_encoding_are_refused_whole(
    tmp_path: Path, declared: str
) -> None:
    path = recoded(workbook(tmp_path), tmp_path / "b.xlsx", declared, "gbk", spoiled=b"\xff\xff")
    result = run(path)
    assert (result["refused"], values("name")) == ("unreadable", [])
