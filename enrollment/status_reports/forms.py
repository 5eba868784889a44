"""Forms for issuing and checking status reports."""

from django import forms
from django.core.validators import FileExtensionValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from enrollment.models import ReportLanguage
from enrollment.status_reports.services import MAX_DAYS

FILE_LIMIT = 5_000_000  # bytes; a report has some 100 KB


class ReportForm(forms.Form):
    """The purpose of a report and its period of validity."""

    purpose = forms.CharField(
        label=_("Purpose"),
        help_text=_("For example: application for an internship. It is printed on the report."),
        max_length=60,
    )
    language = forms.ChoiceField(label=_("Language"), choices=ReportLanguage.choices)
    days = forms.IntegerField(
        label=_("Valid for how many days"),
        help_text=_("1 to 180; you can extend or revoke it at any time."),
        min_value=1,
        max_value=MAX_DAYS,
        initial=30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_(
            "6 to 8 digits that you give to the reader, who can then see your photo. "
            "Without a PIN, anyone with the code can read the report but not see the "
            "photo."
        ),
        required=False,
        validators=[RegexValidator(r"\A[0-9]{6,8}\Z", _("Use 6 to 8 digits."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class DaysForm(forms.Form):
    """The number of days from now for which a report is valid."""

    days = forms.IntegerField(
        label=_("Valid for how many days from now"), min_value=1, max_value=MAX_DAYS, initial=30
    )


class CheckReportForm(forms.Form):
    """A report's code, with its PIN if it has one."""

    code = forms.CharField(
        label=_("Code on the report"),
        help_text=_("16 characters; hyphens and capitals do not matter."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("Only if the student has told you one."),
        max_length=8,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ReportFileForm(forms.Form):
    """The report as a file upload."""

    file = forms.FileField(
        label=_("Report as PDF"),
        validators=[FileExtensionValidator(["pdf"])],
        allow_empty_file=True,
    )

    def clean_file(self) -> bytes:
        """The bytes of the file."""
        file = self.cleaned_data["file"]
        if file.size > FILE_LIMIT:
            raise forms.ValidationError(_("A report is smaller than 5 MB."))
        content: bytes = file.read()
        return content
