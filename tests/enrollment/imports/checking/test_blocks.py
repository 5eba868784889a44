"""Several readers share a file: together they see every row once, under its own number."""

from pathlib import Path

import pytest

from enrollment.files import readers
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table, open_table
from enrollment.imports.checking import blocks

ROWS = [
    ["学号", "姓名"],
    [],
    ["1", "王明"],
    ["2", "李 娜"],
    [""],
    *([str(n), "赵"] for n in range(90)),
]


def opened(path: Path, text: str, encoding: str = "utf-8") -> Table:
    path.write_bytes(text.encode(encoding))
    return open_table(path.open("rb"), path.name)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 37)
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("of", [1, 2, 3])
def test_every_row_once(tmp_path: Path, end: str, encoding: str, quote: str, of: int) -> None:
    text = end.join(",".join(f"{quote}{cell}{quote}" for cell in row) for row in ROWS)
    table = opened(tmp_path / "a.csv", text, encoding)
    assert table.lines_are_rows == (not quote and end != "\r" and encoding != "utf-16")
    whole = dict(enumerate(table.rows(), start=1))
    found = [
        row
        for share in range(of)
        for block in blocks.blocks(table, after=3, worker=share, workers=of)
        for row in block
    ]
    assert sorted(found) == sorted((n, row) for n, row in whole.items() if n > 3)
    assert len(whole) == len(ROWS)
    table.close()


def test_a_line_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_LINE", 1000)
    monkeypatch.setattr(blocks, "MAX_LINE", 1000)
    table = opened(tmp_path / "a.csv", "学号,姓名\n" + "1" * 5000)
    for read in (table.rows, lambda: blocks.blocks(table, after=0, worker=0, workers=1)):
        with pytest.raises(FileFaultError) as error:
            list(read())
        assert error.value.fault == FileFault.BINARY
    table.close()
