"""The form for a new import token."""

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.institutions.forms import InstitutionForm
from enrollment.models import TokenRight


class TokenForm(InstitutionForm):
    """Name, right and validity of a token."""

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
