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
            "The spreadsheet took these for quantities and lost their last digits. Format the "
            "column as text and enter the numbers anew from their source; they cannot be guessed."
        ),
        "bad",
    ),
    "conflict": (
        _("Conflicts"),
        _(
            "Rows contradict each other or the registry. All sides are kept out until you decide "
            "which is right."
        ),
        "bad",
    ),
    "fault": (_("Rows to mend"), _("These rows are kept out until they are mended."), "bad"),
    "repeated": (
        _("Repeated rows"),
        _("Nothing is kept out: a row that stands twice counts once."),
        "attention",
    ),
    "warning": (
        _("Worth a look"),
        _("Nothing is kept out; look whether it is meant so."),
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
