"""The form for a decision about records that a file does not mention."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import AbsenceKind
from enrollment.models.absence import OFF_THE_BOOKS

EARLIEST = date(1950, 1, 1)


class MissingForm(forms.Form):
    """A decision about groups; status and date only for students who have left."""

    hide_optional = True
    kind = forms.ChoiceField(
        label=_("Why are they not in the file?"),
        choices=AbsenceKind.choices,
        widget=forms.RadioSelect,
    )
    status = forms.ChoiceField(
        label=_("Their state from now on"),
        required=False,
        choices=[("", _("Only for those who have left"))]
        + [(status.value, status.label) for status in OFF_THE_BOOKS],
    )
    happened_on = forms.DateField(
        label=_("Date of leaving"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It is kept in the audit trail. Write no names or numbers of persons."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Require status and date for students who have left, and drop them otherwise."""
        data = super().clean() or {}
        if data.get("kind") != AbsenceKind.LEFT:
            return data | {"status": "", "happened_on": None}
        if not data.get("status"):
            self.add_error("status", _("Say which state they are in now."))
        happened_on = data.get("happened_on")
        if "happened_on" not in self.errors and not happened_on:
            self.add_error("happened_on", _("Say when they left."))
        elif happened_on and not EARLIEST <= happened_on <= timezone.localdate():
            self.add_error("happened_on", ValidationError(_("This date is not possible.")))
        return data
