"""The form for uploading photographs."""

from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from enrollment.institutions.forms import InstitutionForm
from enrollment.models import PhotoKind

UPLOAD_BYTES = 2 * 2**30
SUFFIX = ".zip"


class PhotoUploadForm(InstitutionForm):
    """Choose the institution (when there are several), the kind and the ZIP.

    No kind is preselected: a wrong kind would replace the photographs of that kind.
    """

    kind = forms.ChoiceField(
        label=_("Kind of photos"), choices=PhotoKind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("ZIP file with photos"),
        help_text=_(
            "JPEG or PNG, up to 1 MB each, named by certificate, candidate or student number; up "
            "to 2 GB and 100,000 photos. Nothing changes until you confirm."
        ),
        widget=forms.FileInput(attrs={"accept": SUFFIX}),
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        """Reject files that are no ZIP or larger than UPLOAD_BYTES."""
        file: UploadedFile = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() != SUFFIX:
            raise ValidationError(
                _("“%(name)s” is not a ZIP file. Pack the photos into one .zip.")
                % {"name": file.name}
            )
        if (file.size or 0) > UPLOAD_BYTES:
            raise ValidationError(
                _("“%(name)s” is larger than 2 GB. Split it and try again.") % {"name": file.name}
            )
        return file
