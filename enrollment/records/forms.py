"""The search form for records."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.identity.name import InvalidNameError, canonical_name


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
        """The search text. Raises ValidationError for hidden characters."""
        words: str = self.cleaned_data["words"]
        try:
            canonical_name(words)
        except InvalidNameError as error:
            raise ValidationError(error.fault.label) from error
        return words
