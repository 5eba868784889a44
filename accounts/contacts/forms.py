"""Forms for binding a phone or an e-mail address."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.codes import services as codes
from accounts.identifiers.email_addresses import MailboxField
from accounts.identifiers.phone_numbers import clean_mobile


class PhoneForm(forms.Form):
    """The phone number that a code is sent to (guide row 34)."""

    address = forms.CharField(
        label=_("Mobile number"),
        help_text=_("Your own number; you can sign in with it."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_address(self) -> str:
        return clean_mobile(self.cleaned_data["address"])


class MailboxForm(forms.Form):
    """The e-mail address that a code is sent to (guide row 37)."""

    address = MailboxField()


class CodeForm(forms.Form):
    """A six-digit code, alone or within the pasted message."""

    code = forms.CharField(
        label=_("Code"),
        max_length=codes.MAX_TYPED,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        found = codes.find(self.cleaned_data["code"])
        if not found:
            raise ValidationError(_("The code has six digits."))
        if len(found) > 1:
            raise ValidationError(
                _("There is more than one number of six digits. Type the newest code alone.")
            )
        return found.pop()
