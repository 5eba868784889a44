"""Mobile numbers as people type them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberType, number_type

from accounts import text
from accounts.text import fold_width

WRONG_NUMBER = _("This is not a mobile number. Write one number of 11 digits.")


def clean_mobile(typed: str) -> str:
    """``typed`` in E.164 form. Raises ValidationError.

    Full-width digits and +86 are accepted. Landlines and service numbers are rejected, and so are
    other regions' numbers unless ``PHONE_REGIONS`` lists them.
    """
    region = settings.PHONENUMBER_DEFAULT_REGION
    try:
        number = PhoneNumber.from_string(text.fold_typed(fold_width(typed)), region=region)
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
