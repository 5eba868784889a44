"""Check files of the case collection as the command line does, without applying them."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

DATA = Path(__file__).parent / "data"
TITLES = (
    "姓名 身份证号 学号 考生号 班级 专业名称 专业代码 层次 学制 学习形式 入学日期 学籍状态"
).split()
PERSON = (
    "赵一凡 110101200708150017 2026000001 26110100000001 软件2601 软件工程 080902 本科 4 "
    "普通全日制 20260901 注册学籍"
).split()


@dataclass(frozen=True)
class Checked:
    """How a check ended: exit status, the report for scripts, what was printed."""

    status: int
    report: dict[str, Any]
    printed: str

    def faults(self) -> set[tuple[str, str]]:
        """(column, fault) of every problem."""
        return {(one["column"], one["fault"]) for one in self.report["problems"]}


def check(path: Path, *, rehearse: bool = True, **options: Any) -> Checked:
    """Check ``path`` for the invented school (apply it when not ``rehearse``)."""
    printed = io.StringIO()
    out = Path(options.pop("out"))
    given = {"institution": "19998", "rehearse": rehearse, "json": out, **options}
    status = 0
    try:
        call_command("import_registry", path, stdout=printed, **given)
    except CommandError as error:
        status = error.returncode
        printed.write(str(error))
    report = json.loads(out.read_text()) if out.exists() else {}
    return Checked(status, report, printed.getvalue())


def person(**cells: str) -> dict[str, str]:
    """One good row by title, with ``cells`` in place of its own (None leaves a column out)."""
    return dict(zip(TITLES, PERSON, strict=True)) | cells


def write(path: Path, *people: dict[str, str], encoding: str = "utf-8") -> Path:
    """A CSV file of these rows, titled by the first of them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
