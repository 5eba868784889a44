"""Forms for uploading and publishing a file."""

from pathlib import Path
from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from enrollment.files.kinds import kind_fault
from enrollment.imports.consent import needing_consent
from enrollment.imports.results.report import Result
from enrollment.institutions.forms import InstitutionForm
from enrollment.records.corrections.approvals import (
    Approval,
    date_field,
    document_field,
    require_approval,
)

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
    """Confirm the publication, with one answer for each decision it needs.

    Decisions are needed for changes of locked fields, for many cleared values, and for held
    records that would belong to another person.
    """

    hide_optional = True

    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, result: Result, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._result = result
        if result.locked:
            self.fields["locked"] = forms.ChoiceField(
                label=_("Locked fields that change"),
                choices=[
                    ("left_out", _("Publish without them: these fields stay as they are")),
                    ("approved", _("Publish them too: the province has approved the changes")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the two.")},
            )
            self.fields["document"] = document_field()
            self.fields["approved_on"] = date_field()
        if result.asks_about_cleared:
            self.fields["accept_cleared"] = forms.BooleanField(
                label=_("Yes, clear these values"),
                help_text=_("The registry holds them today, and the cells of the file are empty."),
                required=False,
            )
        if result.other_person:
            self.fields["accept_new_holders"] = forms.BooleanField(
                label=_("I have looked at each of these records: they belong to other people"),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Require the answers that the chosen publication needs."""
        data = super().clean() or {}
        if data.get("locked") == "approved":
            require_approval(self, data)
        asking = needing_consent(self._result, self.approval)
        for name, is_asked in (
            ("accept_cleared", asking.asks_about_cleared),
            ("accept_new_holders", bool(asking.other_person)),
        ):
            if is_asked and not data.get(name):
                self.add_error(name, ValidationError(_("Tick this box to publish."), "required"))
        return data

    @property
    def approval(self) -> Approval | None:
        """The province's document; None where locked fields are left out. Only when bound."""
        given = self.cleaned_data
        if given.get("locked") != "approved" or not given.get("document"):
            return None
        on = given.get("approved_on")
        return Approval(given["document"], on) if on else None

    @property
    def new_holders(self) -> int:
        """How many records may change hands. Only for a valid form."""
        return needing_consent(self._result, self.approval).other_person
