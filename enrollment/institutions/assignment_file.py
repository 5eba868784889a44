"""Read a file that assigns counselors to classes, with its problems by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import services as owners
from accounts.identifiers.services import Identifier
from accounts.text import fold
from enrollment.fields.titles import fold_title
from enrollment.files.readers import open_table
from enrollment.models import Institution, SchoolClass

Assignment = tuple[SchoolClass, Identifier]


MAX_ROWS = 2_000
MAX_PEOPLE = 500  # in one file: each one costs a look-up and a message
_CLASS_TITLES = frozenset({"班级", "班号", "班级名称", "行政班", "BH", "CLASS"})
_PERSON_TITLES = frozenset(
    {"辅导员", "账号", "邮箱", "手机号", "用户名", "辅导员账号", "COUNSELOR", "EMAIL"}
)


class StaffingFault(models.TextChoices):
    """Why an assignment or an appointment is refused."""

    HEADER = "header", _("The file needs a column 班级 and a column 辅导员.")
    EMPTY = "empty", _("The file names no one.")
    TOO_LONG = "too_long", _("The file has more than 2,000 rows.")
    TOO_MANY_PEOPLE = "too_many_people", _("The file names more than 500 people: split it.")
    BLANK = "blank", _("Class or counselor is missing in this row.")
    CLASS = "class", _("There is no such class.")
    PERSON = "person", _("This is neither an email address, a mobile number nor a username.")
    MANY = "many", _("This is more people than you can name in a day. Continue tomorrow.")


@dataclass(frozen=True)
class RowProblem:
    """A problem with one row of an assignment file."""

    row: int
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
    """The class and the person of each row, and every problem. Raises FileFaultError."""
    table = open_table(source, name)
    try:
        rows = table.head(MAX_ROWS + 2)
    finally:
        table.close()
    places = _header(rows)
    if places is None:
        return [], [RowProblem(1, "", StaffingFault.HEADER)]
    header, class_at, person_at = places
    if len(rows) - header > MAX_ROWS + 1:
        return [], [RowProblem(MAX_ROWS + 1, "", StaffingFault.TOO_LONG)]
    pairs: list[Assignment] = []
    problems: list[RowProblem] = []
    known = institution.classes.select_related("institution").order_by("-pk")
    classes = {fold(found.code): found for found in known} | {found.code: found for found in known}
    for number, cells in enumerate(rows[header + 1 :], header + 2):
        if not any(cell.strip() for cell in cells):
            continue
        code, person = _cell(cells, class_at), _cell(cells, person_at)
        found = _pair(classes.get(code) or classes.get(fold(code)), code, person)
        if isinstance(found, StaffingFault):
            problems.append(RowProblem(number, f"{code} {person}".strip(), found))
        else:
            pairs.append(found)
    if len({who for _, who in pairs}) > MAX_PEOPLE:
        problems.append(RowProblem(1, "", StaffingFault.TOO_MANY_PEOPLE))
    if not pairs and not problems:
        problems.append(RowProblem(1, "", StaffingFault.EMPTY))
    return pairs, problems


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """Index of the title row, and the positions of class and counselor in it."""
    for number, cells in enumerate(rows[:20]):
        titles = [fold_title(cell) for cell in cells]
        class_at = next((at for at, title in enumerate(titles) if title in _CLASS_TITLES), None)
        person_at = next((at for at, title in enumerate(titles) if title in _PERSON_TITLES), None)
        if class_at is not None and person_at is not None:
            return number, class_at, person_at
    return None


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _pair(school_class: SchoolClass | None, code: str, person: str) -> Assignment | StaffingFault:
    """The class and the person of a row, or the fault that prevents the assignment."""
    if not code or not person:
        return StaffingFault.BLANK
    if school_class is None:
        return StaffingFault.CLASS
    try:
        return school_class, owners.parse(person)
    except ValidationError:
        return StaffingFault.PERSON
