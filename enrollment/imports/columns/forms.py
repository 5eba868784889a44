"""The form that assigns each column of a file to a field."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from enrollment.fields.catalogue import BY_NAME, FIELDS
from enrollment.fields.cell_marks import MARKS
from enrollment.fields.headers import LEFT_OUT, Header, missing_columns
from enrollment.identity.number import mask_number

SAMPLES = 3
SAMPLE_LENGTH = 40
_LIKE_NUMBER = re.compile(r"(?:1[3-9][0-9]{9}|[0-9]{14,17}[0-9Xx])\Z")


class ColumnsForm(forms.Form):
    """One choice for each titled column, with sample values.

    ``asked`` are the unrecognized columns, ``known`` the others.
    """

    hide_optional = True

    def __init__(self, *args: Any, header: Header, rows: Sequence[Sequence[str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.header = header
        self._places = {f"column_{at}": at for at, title in enumerate(header.titles) if title}
        choices = [(LEFT_OUT, _("Leave this column out"))] + [
            (column.name, column.label) for column in FIELDS
        ]
        present = {at: name for name, at in header.mapping.items()}
        for name, at in self._places.items():
            self.fields[name] = forms.ChoiceField(
                label=header.titles[at],
                choices=choices,
                required=False,
                initial=present.get(at, LEFT_OUT),
                # The template shows a hint as it is; this one comes from a file.
                help_text=escape(samples(rows, at)),
            )

    @property
    def errors_on_top(self) -> SafeString:
        """The summary that links to the fields; the template places the fields itself."""
        return self.render("elements/error_summary.html")

    @property
    def asked(self) -> list[forms.BoundField]:
        """The columns with an unrecognized title, or with the meaning of an earlier column."""
        wanted = {*self.header.unknown, *self.header.repeated}
        placed = set(self.header.mapping.values())
        return [
            self[name]
            for name, at in self._places.items()
            if self.header.titles[at] in wanted and at not in placed
        ]

    @property
    def known(self) -> list[forms.BoundField]:
        """The columns that are recognized or deliberately left out."""
        asked = {field.name for field in self.asked}
        return [self[name] for name in self._places if name not in asked]

    @property
    def missing(self) -> list[str]:
        """Labels of the required columns that the file as recognised lacks."""
        return _labels(self.header.missing)

    def meanings(self) -> dict[int, str]:
        """Position in the title row → name of a column, or ``LEFT_OUT``."""
        return {at: self.cleaned_data[name] for name, at in self._places.items()}

    def clean(self) -> dict[str, Any]:
        """Reject columns with equal meaning, and missing required columns."""
        data = super().clean() or {}
        chosen = defaultdict(list)
        for name in self._places:
            if data.get(name):
                chosen[data[name]].append(name)
        for meaning, names in chosen.items():
            if len(names) > 1:
                self._refuse_shared(BY_NAME[meaning].label, names)
        missing = _labels(missing_columns(dict.fromkeys(chosen, 0)))
        if missing:
            raise ValidationError(
                _("Still needed: %(columns)s. Say which column holds it.")
                % {"columns": "、".join(missing)}
            )
        return data

    def _refuse_shared(self, label: object, names: list[str]) -> None:
        titles = "、".join(self.header.titles[self._places[name]] for name in names)
        message = _("%(titles)s are all given as “%(label)s”. Keep one of them.") % {
            "titles": titles,
            "label": label,
        }
        for name in names:
            self.add_error(name, message)


def samples(rows: Sequence[Sequence[str]], at: int) -> str:
    """The first few different cells of a column; identity and phone numbers masked."""
    cells = (row[at].strip().lstrip(MARKS) for row in rows if at < len(row))
    found = list(dict.fromkeys(cell for cell in cells if cell))[:SAMPLES]
    return "、".join(
        mask_number(cell) if _LIKE_NUMBER.match(cell) else cell[:SAMPLE_LENGTH] for cell in found
    )


def _labels(names: Sequence[str]) -> list[str]:
    return [str(BY_NAME[name].label) for name in names]
