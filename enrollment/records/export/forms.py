"""The form that selects the records to export and asks for the reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages.widgets import ChineseSelect
from enrollment.fields.vocabulary import LEVELS
from enrollment.institutions.forms import InstitutionForm
from enrollment.progress import Progress
from enrollment.records.export.services import Wanted
from enrollment.statuses import Status

_ANY = [("", _("All"))]


class ExportForm(InstitutionForm):
    """Filters, file format, and the reason, which is written to the audit trail."""

    class_code = forms.CharField(label=_("Class"), max_length=50, required=False)
    entry_year = forms.IntegerField(
        label=_("Year of entry"), required=False, min_value=1950, max_value=2100
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[*_ANY, *((level, level) for level in dict.fromkeys(LEVELS.values()))],
        required=False,
        widget=ChineseSelect,
    )
    status = forms.ChoiceField(label=_("Status"), choices=[*_ANY, *Status.choices], required=False)
    checked = forms.ChoiceField(
        label=_("Checking"),
        choices=[*_ANY, ("yes", Progress.CONFIRMED.label), ("no", _("Not confirmed"))],
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("File"),
        choices=[("xlsx", _("Excel workbook (XLSX)")), ("csv", _("Text with commas (CSV)"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("What it is needed for"), max_length=200)

    @property
    def wanted(self) -> Wanted:
        """The chosen filters. Only for a valid form."""
        given = self.cleaned_data
        checked = {"yes": True, "no": False}.get(given["checked"])
        names = ("class_code", "entry_year", "level", "status")
        return Wanted(**{name: given[name] for name in names}, checked=checked)
