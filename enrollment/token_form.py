"""What a new import token may do, and for how long."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.models import Institution, TokenRight


class TokenForm(forms.Form):
    """Name, right and life of a token."""

    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label=_("Name of the token"),
        max_length=60,
        help_text=_("The system that will use it, such as “Academic affairs, nightly”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    right = forms.ChoiceField(
        label=_("What it may do"),
        choices=TokenRight.choices,
        initial=TokenRight.CHECK,
        widget=forms.RadioSelect,
    )
    days = forms.ChoiceField(
        label=_("Valid for"),
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("180", _("180 days")),
            ("365", _("One year")),
        ],
        initial="180",
    )

    def __init__(self, *args: Any, institutions: QuerySet[Institution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  tells mypy
        field.queryset = institutions
        field.initial = institutions.first()
