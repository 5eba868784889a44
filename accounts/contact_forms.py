"""The forms of the page that binds a phone or an e-mail address."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.forms import EMAIL_LENGTH
from accounts.phone import clean_mobile


class PhoneForm(forms.Form):
    """The number a code is sent to (guide row 34)."""

    address = forms.CharField(
        label=_("Mobile number"),
        help_text=_("Your own number; you can sign in with it."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_address(self) -> str:
        return clean_mobile(self.cleaned_data["address"])


class MailboxForm(forms.Form):
    """The mailbox a code is sent to (guide row 37)."""

    address = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("A mailbox you will still open when you graduate."),
        validators=[MaxLengthValidator(EMAIL_LENGTH)],
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()


class CodeForm(forms.Form):
    """The six digits that arrived."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        digits = codes.normalise(self.cleaned_data["code"])
        if len(digits) != codes.DIGITS:
            raise ValidationError(_("The code has six digits."))
        return digits
