"""Forms for uploading and publishing a file."""

from pathlib import Path
from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from enrollment.files.kinds import kind_fault
from enrollment.institutions.forms import InstitutionForm

UPLOAD_BYTES = 200 * 2**20
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt", ".dbf")


class FileForm(forms.Form):
    """Choose a registry file."""

    file = forms.FileField(
        label=_("Registry file"),
        help_text=_(
            "XLSX, XLS, ODS, CSV or DBF, up to 200 MB. Nothing changes before you publish."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def clean_file(self) -> UploadedFile:
        """Reject unknown kinds of files and files larger than UPLOAD_BYTES."""
        file: UploadedFile = self.cleaned_data["file"]
        if fault := kind_fault(cast("BinaryIO", file.file)):
            raise ValidationError(str(fault.label))
        if Path(file.name or "").suffix.lower() not in SUFFIXES:
            raise ValidationError(
                _("“%(name)s”: this kind of file is not read. Save it as .xlsx or .csv.")
                % {"name": file.name}
            )
        if (file.size or 0) > UPLOAD_BYTES:
            raise ValidationError(
                _("“%(name)s” is larger than 200 MB. Split it and try again.") % {"name": file.name}
            )
        return file


class UploadForm(InstitutionForm, FileForm):
    """Choose the institution (when there are several) and the file."""

    field_order = ("institution", "file")


class CorrectedRowsForm(FileForm):
    """Choose the file with the corrected rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("File with the fixed rows")


class PublishForm(forms.Form):
    """Confirm the publication, with a separate tick for each decision it needs.

    Decisions are needed for many cleared values, and for held records that would belong
    to another person.
    """

    hide_optional = True

    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asks: bool, other_person: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks:
            self.fields["accept_cleared"] = forms.BooleanField(
                label=_("Yes, clear these values"),
                help_text=_("The registry holds them today, and the cells of the file are empty."),
            )
        if other_person:
            self.fields["accept_new_holders"] = forms.BooleanField(
                label=_("I have looked at each of these records: they belong to other people"),
            )
