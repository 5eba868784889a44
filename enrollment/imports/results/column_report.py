"""Statements on the recognized columns of a file, and on usual columns it seems to lack."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from enrollment.fields.catalogue import BY_NAME
from enrollment.imports.results.report import Result

_MAX_LISTED = 30


def column_lines(result: Result) -> Iterator[tuple[str, str, str]]:
    """Title, text and tone (as in a notice) of each statement on the columns."""
    labels = [(title, str(BY_NAME[name].label)) for title, name in result.taken]
    taken = [f"{title} → {label}" for title, label in labels if title != label]
    yield _("How the columns were read"), _joined(taken), ""
    likely = [
        _("%(column)s — is it “%(title)s”?") % {"column": BY_NAME[name].label, "title": title}
        for name, title in sorted(result.likely_columns.items())
    ]
    yield _("Usual columns that are missing"), _joined(likely), "attention"
    tidied = [f"{BY_NAME[name].label} {count}" for name, count in sorted(result.tidied.items())]
    yield (
        _("Cells with invisible characters, wide blanks or line breaks, which were removed"),
        (_joined(tidied)),
        "",
    )
    united = [
        f"{kept} ← {'、'.join(others)}" for kept, others in sorted(result.united_classes.items())
    ]
    yield _("Class names written in several ways, taken as one class"), _joined(united), "attention"


def _joined(parts: list[str]) -> str:
    return "；".join(parts[:_MAX_LISTED]) + ("…" if len(parts) > _MAX_LISTED else "")
