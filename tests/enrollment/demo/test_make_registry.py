"""Invented registries: valid, unique, deterministic, with real-world names."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from stdnum.cn import ric

from enrollment.demo.samples import HEADER, sample_rows
from enrollment.fields.headers import missing_columns, read_header
from enrollment.models import Institution, StudentRecord

NAME, ID, STUDENT, CANDIDATE = (HEADER.index(t) for t in ("姓名", "证件号码", "学号", "考生号"))


def test_rows_are_valid_unique_and_the_same_for_the_same_seed() -> None:
    rows = list(sample_rows(3000, seed=7))
    assert rows == list(sample_rows(3000, seed=7))
    assert rows != list(sample_rows(3000, seed=8))
    for row in rows:
        assert ric.calc_check_digit(row[ID]) == row[ID][-1]
        assert ric.get_birth_date(row[ID]).strftime("%Y%m%d") == row[HEADER.index("出生日期")]
        assert (int(row[ID][16]) % 2 == 1) == (row[HEADER.index("性别")] == "男")
    for column in (ID, STUDENT, CANDIDATE):
        assert len({row[column] for row in rows}) == len(rows)


def test_names_with_interpunct_and_rare_characters_are_among_them() -> None:
    names = "".join(row[NAME] for row in sample_rows(2000, seed=1))
    for character in "·㛃䶮\U00020087\U0002cc56":
        assert character in names


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_file_has_a_header_every_import_knows_and_text_cells(
    tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"registry{suffix}"
    call_command("make_registry", out, rows=50, seed=3, verbosity=0)
    table: list[list[Any]]
    if suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file))
    else:
        sheet = load_workbook(out).worksheets[0]
        table = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert table == [HEADER, *sample_rows(50, seed=3)]
    header = read_header(1, [str(cell) for cell in table[0]])
    assert not header.unknown
    assert missing_columns(header.mapping) == []


def test_only_two_kinds_of_file_are_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("make_registry", tmp_path / "registry.txt", rows=1)


def test_rows_for_a_school_of_the_list_pass_its_import(tmp_path: Path, db: None) -> None:
    Institution.objects.create(code="10001", name="北京大学")
    out = tmp_path / "registry.csv"
    call_command("make_registry", out, rows=20, institution="10001", name="北京大学", verbosity=0)
    call_command("import_registry", out, stdout=io.StringIO())
    assert StudentRecord.objects.filter(institution__code="10001").count() == 20


def test_a_code_without_its_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--name"):
        call_command("make_registry", tmp_path / "a.csv", rows=1, institution="10001")
