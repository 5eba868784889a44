"""The forms of the page that binds a phone or an e-mail address."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberType, number_type

from accounts import codes
from accounts.forms import EMAIL_LENGTH

WRONG_NUMBER = _("This is not a mobile number. Write one number of 11 digits.")


def clean_mobile(typed: str) -> str:
    """``typed`` in E.164 form. Raises ValidationError.

    Digits of any width and +86 are understood; landlines, service numbers and,
    unless ``PHONE_REGIONS`` names more, numbers of other regions are refused.
    """
    region = settings.PHONENUMBER_DEFAULT_REGION
    try:
        number = PhoneNumber.from_string(codes.fold(typed), region=region)
    except NumberParseException:
        raise ValidationError(WRONG_NUMBER) from None
    if not number.is_valid() or number_type(number) not in {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }:
        raise ValidationError(WRONG_NUMBER)
    if number.country_code not in settings.PHONE_COUNTRY_CODES:
        raise ValidationError(_("Numbers of mainland China only."))
    return str(number.as_e164)


class PhoneForm(forms.Form):
    """The number a code is sent to (guide row 34)."""

    address = forms.CharField(
        label=_("Mobile number"),
        help_text=_("Your own number: it is how you get back in when you forget your password."),
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
