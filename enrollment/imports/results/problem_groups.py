"""Problems of a file, grouped by the action they require."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.fields.faults import RowFault
from enrollment.imports.results.report import FoldedProblem


@dataclass(frozen=True)
class Group:
    """Problems that require one action, with an explanation."""

    slug: str
    title: str | Promise
    text: str | Promise
    tone: str
    problems: list[FoldedProblem]


_DAMAGED = frozenset({RowFault.NUMBER_CELL})
_CONFLICTS = frozenset(
    {
        RowFault.CONFLICT_STUDENT,
        RowFault.CONFLICT_CANDIDATE,
        RowFault.CONFLICT_CERTIFICATE,
        RowFault.CONFLICT_REGISTRY,
        RowFault.CONFLICT_RECORD,
    }
)
_REPEATED = frozenset({RowFault.DUPLICATE, RowFault.SAME_PERSON})
_TEXTS: dict[str, tuple[str | Promise, str | Promise, str]] = {
    "damaged": (
        _("Damaged numbers"),
        _(
            "The spreadsheet treated these as quantities and lost their last digits. "
            "Format the column as text and enter the numbers again from their source. "
            "They cannot be restored."
        ),
        "bad",
    ),
    "conflict": (
        _("Conflicts"),
        _(
            "Rows contradict each other or the registry. All of them are left out "
            "until you decide which is right."
        ),
        "bad",
    ),
    "fault": (_("Rows to fix"), _("These rows are left out until they are fixed."), "bad"),
    "repeated": (
        _("Repeated rows"),
        _("Nothing is left out: a repeated row counts once."),
        "attention",
    ),
    "warning": (
        _("To check"),
        _("Nothing is left out. Check whether this is intended."),
        "attention",
    ),
}


def grouped(problems: Iterable[FoldedProblem]) -> list[Group]:
    """The problems by group, most urgent first; empty groups are omitted."""
    found: dict[str, list[FoldedProblem]] = {slug: [] for slug in _TEXTS}
    for problem in problems:
        found[_sort(problem)].append(problem)
    return [
        Group(slug, title, text, tone, found[slug])
        for slug, (title, text, tone) in _TEXTS.items()
        if found[slug]
    ]


def _sort(problem: FoldedProblem) -> str:
    for slug, faults in (("damaged", _DAMAGED), ("conflict", _CONFLICTS), ("repeated", _REPEATED)):
        if problem.fault in faults:
            return slug
    return "warning" if problem.is_warning else "fault"
