"""Read a file that assigns counselors to classes, with its problems by row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import services as owners
from accounts.identifiers.services import Identifier
from accounts.text import fold
from enrollment.fields.titles import bare_title, fold_title
from enrollment.fields.values import Fault, date_cell
from enrollment.files.readers import PAGE_SECONDS, open_table
from enrollment.models import Institution, SchoolClass

MAX_ROWS = 2_000
MAX_PEOPLE = 500  # in one file: each one costs a look-up and a message
_CLASS_TITLES = ("班级", "班号", "班级名称", "行政班", "BH", "CLASS")
# Of several the one with most accounts is taken: under 辅导员 there may be people's names.
_ACCOUNT_TITLES = ("账号", "用户名")
_PERSON_TITLES = (
    *_ACCOUNT_TITLES, "邮箱", "电子邮箱", "EMAIL", "手机号", "手机号码", "手机", "电话", "联系电话",
    "辅导员", "班主任", "COUNSELOR",
)  # fmt: skip
_OF_COUNSELOR = re.compile("辅导员|班主任|导师")
_LOOKED_AT = 200  # rows that tell which column names the counselors
_DAY = re.compile(r"[0-9]{8}|[0-9]+[^0-9]+[0-9]+[^0-9]+[0-9]")
_LAST_DAY_TITLES = ("截止日期", "结束日期", "到期日", "LASTDAY", "UNTIL")


class StaffingFault(models.TextChoices):
    """Why an assignment or an appointment is refused."""

    HEADER = "header", _("The file needs a column 班级 and a column 辅导员.")
    EMPTY = "empty", _("The file names no one.")
    TOO_LONG = "too_long", _("The file has more than 2,000 rows.")
    TOO_MANY_PEOPLE = "too_many_people", _("The file names more than 500 people: split it.")
    BLANK = "blank", _("Class or counselor is missing in this row.")
    CLASS = "class", _("There is no such class.")
    PERSON = "person", _("This is neither an email address, a mobile number nor a username.")
    DATE = "date", _("The last day is not a date from today on.")
    MANY = "many", _("This is more people than you can name in a day. Continue tomorrow.")


@dataclass(frozen=True)
class Assignment:
    """A class, the person to be its counselor, and the last day of the office if it has one.

    With ``keeps_last_day`` an assignment that there is already stays as it is.
    """

    school_class: SchoolClass
    who: Identifier
    last_day: date | None = None
    keeps_last_day: bool = False


@dataclass(frozen=True)
class _Columns:
    """Index of the title row, and the positions of the columns in it."""

    header: int
    school_class: int
    person: int
    last_day: int | None


@dataclass(frozen=True)
class RowProblem:
    """A problem with one row of an assignment file; ``place`` is its number there, if any."""

    place: str
    text: str
    fault: StaffingFault


class StaffingError(Exception):
    """An assignment was refused for its ``problems``; nothing was changed."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


def read_assignments(
    institution: Institution, source: BinaryIO, name: str
) -> tuple[list[Assignment], list[RowProblem]]:
    """The assignment of each row, and every problem. Raises FileFaultError."""
    table = open_table(source, name, seconds=PAGE_SECONDS)
    try:
        rows = table.head(MAX_ROWS + 2)
    finally:
        table.close()
    columns = _columns(rows)
    if columns is None:
        return [], [RowProblem("1", "", StaffingFault.HEADER)]
    if len(rows) - columns.header > MAX_ROWS + 1:
        return [], [RowProblem(table.reading.place(MAX_ROWS + 1), "", StaffingFault.TOO_LONG)]
    made: list[Assignment] = []
    problems: list[RowProblem] = []
    known = institution.classes.select_related("institution").order_by("-pk")
    classes = {fold(found.code): found for found in known} | {found.code: found for found in known}
    for number, cells in enumerate(rows[columns.header + 1 :], columns.header + 2):
        if not any(cell.strip() for cell in cells):
            continue
        code, person = _cell(cells, columns.school_class), _cell(cells, columns.person)
        last_day = None if columns.last_day is None else _cell(cells, columns.last_day)
        found = _assignment(classes.get(code) or classes.get(fold(code)), code, person, last_day)
        if isinstance(found, StaffingFault):
            text = f"{code} {person} {last_day or ''}".strip()
            problems.append(RowProblem(table.reading.place(number), text, found))
        else:
            made.append(found)
    if len({one.who for one in made}) > MAX_PEOPLE:
        problems.append(RowProblem("1", "", StaffingFault.TOO_MANY_PEOPLE))
    if not made and not problems:
        problems.append(RowProblem("1", "", StaffingFault.EMPTY))
    return made, problems


def _columns(rows: Sequence[Sequence[str]]) -> _Columns | None:
    """The columns of the table; None without a class or a counselor among them."""
    for number, cells in enumerate(rows[:20]):
        titles = [_title(cell) for cell in cells]
        school_class, last_day = (
            next((titles.index(title) for title in known if title in titles), None)
            for known in (_CLASS_TITLES, _LAST_DAY_TITLES)
        )
        person = _person_column(titles, rows[number + 1 : number + 1 + _LOOKED_AT])
        if school_class is not None and person is not None:
            return _Columns(number, school_class, person, last_day)
    return None


def _title(cell: str) -> str:
    """A folded title; 手机号（辅导员） and 辅导员手机号 are 手机号 in such a file."""
    if not _OF_COUNSELOR.search(cell):
        return fold_title(cell)
    bare = bare_title(cell)
    return _OF_COUNSELOR.sub("", bare) or bare


def _person_column(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The column that names counselors: the one with most accounts, of equals the first known."""
    known = {titles.index(title): title for title in _PERSON_TITLES if title in titles}
    counted = {
        at: sum(_is_account(_cell(cells, at), title) for cells in rows)
        for at, title in known.items()
    }
    return max(known, key=lambda at: counted[at], default=None)


def _is_account(text: str, title: str) -> bool:
    """Whether it names an account: what reads as a username is one in a column of usernames."""
    try:
        found = owners.parse(text)
    except ValidationError:
        return False
    return found.channel is not None or title in _ACCOUNT_TITLES


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _assignment(
    school_class: SchoolClass | None, code: str, person: str, last_day: str | None
) -> Assignment | StaffingFault:
    """The assignment of a row, or the fault that prevents it.

    Without a column of last days (None) they stay as they are; an empty cell is an office
    without end.
    """
    if not code or not person:
        return StaffingFault.BLANK
    if school_class is None:
        return StaffingFault.CLASS
    day = _last_day(last_day) if last_day else None
    if isinstance(day, StaffingFault):
        return day
    try:
        who = owners.parse(person)
    except ValidationError:
        return StaffingFault.PERSON
    return Assignment(school_class, who, day, keeps_last_day=last_day is None)


def _last_day(text: str) -> date | StaffingFault:
    """The day that a cell writes, today or later; a month alone is no day."""
    iso = date_cell(text)
    if isinstance(iso, Fault) or not _DAY.search(text):
        return StaffingFault.DATE
    day = date.fromisoformat(iso)
    return day if day >= timezone.localdate() else StaffingFault.DATE
