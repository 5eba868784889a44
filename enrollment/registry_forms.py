"""The registrar's forms."""

from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.identity.name import InvalidNameError, canonical_name
from enrollment.importing.columns import COLUMNS, fold_title
from enrollment.models import Institution

UPLOAD_BYTES = 200 * 2**20
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt", ".dbf")


class UploadForm(forms.Form):
    """Choose the institution (when there are several) and the file."""

    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=_("Registry file"),
        help_text=_(
            "XLSX, XLS, ODS, CSV or DBF, up to 200 MB. Nothing changes before you publish."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def __init__(self, *args: Any, institutions: QuerySet[Institution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  tells mypy
        field.queryset = institutions
        field.initial = institutions.first()

    def clean_file(self) -> UploadedFile:
        """A file of a known kind and an allowed size."""
        file: UploadedFile = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in SUFFIXES:
            raise ValidationError(_("This kind of file is not read. Save it as .xlsx or .csv."))
        if (file.size or 0) > UPLOAD_BYTES:
            raise ValidationError(_("The file is larger than 200 MB. Split it and try again."))
        return file


class ColumnsForm(forms.Form):
    """Say what the columns are that were not recognised."""

    hide_optional = True

    def __init__(self, *args: Any, titles: list[str], samples: list[list[str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.titles = titles
        choices = [("", _("Leave this column out"))] + [
            (column.name, column.label) for column in COLUMNS
        ]
        for number, title in enumerate(titles):
            seen = "、".join(filter(None, samples[number]))
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=title, choices=choices, required=False, help_text=seen
            )

    def named(self) -> dict[str, str]:
        """Title in the file → name of a column, for the titles that were given a meaning."""
        return {
            title: self.cleaned_data[f"column_{number}"]
            for number, title in enumerate(self.titles)
            if self.cleaned_data[f"column_{number}"] and fold_title(title)
        }

    def clean(self) -> dict[str, Any]:
        """No two columns mean the same."""
        data = super().clean() or {}
        chosen = [value for value in data.values() if value]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(_("Two columns were given the same meaning."))
        if not chosen:
            raise ValidationError(_("Say of at least one column what it is."))
        return data


class SearchForm(forms.Form):
    """Find records by name, student number, or the exact certificate number."""

    hide_optional = True
    words = forms.CharField(
        label=_("Name, student number or certificate number"),
        max_length=60,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_words(self) -> str:
        """Text that a name or number could be. Raises ValidationError for hidden characters."""
        words: str = self.cleaned_data["words"]
        try:
            canonical_name(words)
        except InvalidNameError as error:
            raise ValidationError(error.fault.label) from error
        return words
