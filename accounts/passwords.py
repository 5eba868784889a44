"""What a password must not be made of, beside Django's own rules."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

PHONE_DIGITS = 8  # enough of a mobile number to be the same number
MAILBOX_LENGTH = 4  # shorter names occur in other words


class OwnContactValidator:
    """Refuses a password around the person's own mobile number or mailbox.

    Django compares how alike the two are, which lets the part before the @
    through wherever the part after it is long.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError for the last eight digits, or the part before the @."""
        if not isinstance(user, User):
            return
        phone = str(user.phone or "")
        digits = "".join(c for c in password if c.isdigit())
        if len(phone) >= PHONE_DIGITS and phone[-PHONE_DIGITS:] in digits:
            raise ValidationError(
                _("This password is built on your mobile number, which others know."),
                code="password_is_phone",
            )
        mailbox = user.email.partition("@")[0].casefold()
        if len(mailbox) >= MAILBOX_LENGTH and mailbox in password.casefold():
            raise ValidationError(
                _("This password is built on your e-mail address, which others know."),
                code="password_is_mailbox",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be built on your mobile number or e-mail address.")
