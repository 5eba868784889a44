"""The form of the public receipt check."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """The code of a receipt, as printed or dictated."""

    code = forms.CharField(
        label=_("Code on the receipt"),
        help_text=_("16 characters; hyphens and capitals do not matter."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
