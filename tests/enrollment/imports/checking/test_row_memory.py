"""What a reader remembers of the rows is bounded, and forgetting changes nothing."""

from collections.abc import Sized

import pytest

from enrollment.demo.samples import HEADER, INSTITUTION_CODE
from enrollment.fields.headers import read_header
from enrollment.imports.checking import id_numbers, rows, shared_cells
from enrollment.imports.checking.encryption import RowSealer
from enrollment.imports.checking.rows import RowChecker
from tests.enrollment.imported_files import AT, sample

LIMIT = 40
# What is drawn again for each row: its key, and the sealed forms.
DRAWN = ("key", "certificate_sealed", "phone_sealed")


def different_rows() -> list[list[str]]:
    """A thousand rows of a thousand classes and departments."""
    found = sample(1000)
    for number, row in enumerate(found):
        row[AT["班号"]], row[AT["系所"]] = f"班{number}", f"系{number % 700}"
        row[AT["政治面貌"]] = f"状态{number % 600}"
    return found


def check_all(checker: RowChecker) -> list[list[str]]:
    secrets, lines = RowSealer(1000), []
    for number, row in enumerate(different_rows()):
        line, problems = checker.check(number, row, b"", secrets)
        assert line is not None
        assert not problems
        values = dict(zip(checker.staged_columns, line.split("\t"), strict=True))
        lines.append([value for name, value in values.items() if name not in DRAWN])
    return lines


def test_a_file_of_a_thousand_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = read_header(1, HEADER).mapping
    expected = check_all(RowChecker(mapping, INSTITUTION_CODE))
    for module in (id_numbers, rows, shared_cells):
        monkeypatch.setattr(module, "MEMO_LIMIT", LIMIT)
    checker = RowChecker(mapping, INSTITUTION_CODE)
    assert check_all(checker) == expected
    memories: list[Sized] = [
        checker._person._memo, checker._class._memo, checker._ids._births, checker._ids._regions,
        *(memo for _, _, memo in checker._stated),
    ]  # fmt: skip
    assert all(0 < len(memory) <= LIMIT for memory in memories)
