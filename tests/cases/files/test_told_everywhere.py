"""Command line, JSON, API and page tell the same of a file, and take the same columns."""

from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from enrollment.files.faults import FileFaultError
from enrollment.imports.columns.named import parse_named_columns
from enrollment.imports.tokens.services import create_token
from enrollment.models import Institution, StudentRecord, TokenRight
from tests.cases.checking import DATA, check, person, write
from tests.enrollment.imports.system import System
from tests.enrollment.registrar import make_registrar, page_of, upload


@pytest.fixture
def desk(school: Institution) -> Client:
    """A registrar who has just signed in."""
    client = Client()
    client.force_login(make_registrar("desk@example.org", school))
    return client


@pytest.fixture
def system(school: Institution) -> System:
    """The school's own system, with a token that may check."""
    maker = make_registrar("maker@example.org", school)
    _, secret = create_token(
        institution=school, name="教务系统", right=TokenRight.CHECK, days=30, by=maker
    )
    return System(secret)


def unlike_titles(path: Path) -> Path:
    """A file whose class has an unknown title."""
    row = person(宿舍="7号楼")
    row["所在行政班"] = row.pop("班级")
    return write(path / "titles.csv", row)


@pytest.mark.parametrize(
    "name", ["two_columns2.xlsx", "bidi.xlsx", "spellings.xlsx", "question.xlsx", "titles.csv"]
)
def test_four_entrances_tell_the_same(
    tmp_path: Path, desk: Client, system: System, school: Institution, name: str
) -> None:
    path = unlike_titles(tmp_path) if name == "titles.csv" else tmp_path / name
    if name != "titles.csv":
        path.write_bytes((DATA / name).read_bytes())
    line = check(path, out=tmp_path / "a.json")
    told = line.report["told"]
    assert told
    api = system.report(system.hand_in(path))["result"]
    page = unescape(page_of(desk, upload(desk, path, school)))
    assert api["told"] == told
    assert [p["message"] for p in api["problems"]] == [
        p["message"] for p in line.report["problems"]
    ]
    for one in told:
        assert one["title"] in page
        assert one["text"] in page
        assert f"{one['title']}: {one['text']}" in line.printed
    for problem in line.report["problems"]:
        assert problem["message"] in page
        assert problem["message"] in line.printed


def test_a_column_that_is_missing_is_guessed(tmp_path: Path, school: Institution) -> None:
    printed = check(unlike_titles(tmp_path), out=tmp_path / "a.json").printed
    assert "缺少常用列: 班级 — 是不是“所在行政班”？" in printed


@pytest.mark.parametrize(
    "named", ["所在行政班=班级,宿舍=", "所在行政班＝BH；宿舍=", "所在行政班=class_code"]
)
def test_columns_are_named_on_the_command_line(
    tmp_path: Path, school: Institution, named: str
) -> None:
    done = check(unlike_titles(tmp_path), rehearse=False, columns=named, out=tmp_path / "a.json")
    assert done.status == 0, done.printed
    record = StudentRecord.objects.get()
    assert record.school_class is not None
    assert record.school_class.code == "软件2601"
    assert Institution.objects.get(pk=school.pk).column_titles == {}


def test_columns_are_named_over_http(tmp_path: Path, system: System) -> None:
    batch = system.hand_in(unlike_titles(tmp_path), "?columns=" + quote("所在行政班=班级"))
    assert "class_code" in batch.mapping


@pytest.mark.parametrize("named", ["班级", "所在行政班=月亮", "=班级"])
def test_columns_that_are_not_understood_are_quoted(
    tmp_path: Path, system: System, named: str
) -> None:
    with pytest.raises(FileFaultError) as error:
        parse_named_columns(named)
    assert named in error.value.message
    path = unlike_titles(tmp_path)
    assert check(path, columns=named, out=tmp_path / "a.json").status == 2
    answer: tuple[int, dict[str, Any]] = system.ask(
        "PUT", f"/api/imports/{path.name}?columns={quote(named)}", path.read_bytes()
    )
    assert (answer[0], answer[1]["error"]) == (422, "columns")


def test_a_required_column_that_is_missing_is_guessed_in_the_refusal(
    tmp_path: Path, school: Institution
) -> None:
    row = person()
    row["当前学籍状态说明"] = row.pop("学籍状态")
    done = check(write(tmp_path / "a.csv", row), out=tmp_path / "a.json")
    assert done.status == 2
    assert "是不是“当前学籍状态说明”？" in done.printed
