"""Base form with a choice of institution."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.languages.widgets import ChineseSelect
from enrollment.models import Institution


class InstitutionForm(forms.Form):
    """Choose one of ``schools``; the first is preselected."""

    institution = forms.ModelChoiceField(
        label=_("Institution"),
        queryset=Institution.objects.none(),
        empty_label=None,
        widget=ChineseSelect,
    )

    def __init__(self, *args: Any, schools: QuerySet[Institution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for mypy
        field.queryset = schools
        field.initial = schools.first()
