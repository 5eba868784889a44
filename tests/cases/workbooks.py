"""Help for tests of workbooks: the cases, and the registry before and after them."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import CommandError, call_command
from openpyxl.worksheet.worksheet import Worksheet

from enrollment.models import StudentRecord

DATA = Path(__file__).parent / "data"
TITLES = (
    "姓名 身份证号 学号 考生号 班级 专业名称 专业代码 层次 学制 学习形式 入学日期 学籍状态".split()
)
PEOPLE = [
    ("赵一凡", "110101200708150017", "2026000001", "26110100000001"),
    ("钱二宁", "110101200708150025", "2026000002", "26110100000002"),
    ("孙三乐", "110101200708150033", "2026000003", "26110100000003"),
    ("李四平", "110101200708150041", "2026000004", "26110100000004"),
]
STUDY = ("软件2601", "软件工程", "080902", "本科", "4", "普通全日制", "20260901", "注册学籍")
EIGHT_NUMBERS = [
    "110101200708150316",
    "110101200708150324",
    "110101200708150332",
    "110101200708150340",
    "110101200708150359",
    "110101200708150367",
    "110101200708150375",
    "110101200708150383",
]
ROWS = [[*person, *STUDY] for person in PEOPLE]


def at(title: str) -> int:
    """The position of a title in ``TITLES``."""
    return TITLES.index(title)


def sheet_with(rows: list[list[Any]], titles: list[str] | None = None) -> Worksheet:
    """A sheet of a new workbook; save ``sheet.parent``."""
    sheet = openpyxl.Workbook().active
    assert isinstance(sheet, Worksheet)
    for row in [titles or TITLES, *rows]:
        sheet.append(row)
    return sheet


def saved(sheet: Worksheet, path: Path) -> Path:
    """The workbook of a sheet in a file."""
    assert sheet.parent is not None
    sheet.parent.save(path)
    return path


def good_data(tmp_path: Path) -> None:
    """The registry as it is before a case: the same people, everything filled in."""
    path = saved(sheet_with(ROWS), tmp_path / "before.xlsx")
    assert run(path)["new"] == len(ROWS)


def run(path: Path, **options: Any) -> dict[str, Any]:
    """Import a file; the result, or with ``refused`` why there is none."""
    options.setdefault("approval", ["教学〔2026〕7号", "2026-09-01"])
    out = path.parent / f"{path.name}.json"
    if path.parent == DATA:
        out = Path(str(options.pop("tmp"))) / f"{path.name}.json"
    try:
        call_command(
            "import_registry", path, institution="19998", json=out, stdout=io.StringIO(), **options
        )
    except CommandError as error:
        result: dict[str, Any] = json.loads(out.read_text())
        return result | {"status": error.returncode, "said": str(error)}
    result = json.loads(out.read_text())
    return result | {"status": 0}


def listed(result: dict[str, Any]) -> set[tuple[int, str, str]]:
    """Row, column and fault of each problem."""
    return {(entry["row"], entry["column"], entry["fault"]) for entry in result["listed"]}


def left_out(result: dict[str, Any]) -> dict[str, list[str]]:
    """The rows that were not read as persons: reason → places."""
    return {entry["reason"]: entry["places"] for entry in result["left_out"]}


def values(*fields: str) -> list[tuple[Any, ...]]:
    """These fields of every record, by student number."""
    return list(StudentRecord.objects.order_by("student_number").values_list(*fields))


def emptied(count: int, column: str = "专业名称") -> list[list[Any]]:
    """Eight people, of whom ``count`` have nothing in a column."""
    people: list[list[Any]] = [
        [f"王{name}", number, f"20260001{at:02}", f"261101000001{at:02}", *STUDY]
        for at, (name, number) in enumerate(
            zip("一二三四五六七八", EIGHT_NUMBERS, strict=True), start=1
        )
    ]
    for row in people[:count]:
        row[at(column)] = None
    return people
