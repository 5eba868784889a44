"""Password rules of the portal, in addition to Django's."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

PHONE_DIGITS = 8  # of a mobile number, enough to recognise it
MAILBOX_LENGTH = 4  # shorter names are part of other words
# Words for the portal, its schools and its people; the operator's own names are added.
PORTAL_WORDS = (
    "学籍", "门户", "学信网", "学校", "大学", "学院", "学生", "老师", "密码",
    "xueji", "menhu", "xuexin", "chsi", "xuexiao", "daxue", "xueyuan", "xuesheng", "laoshi", "mima",
    "portal", "student", "status", "school", "university", "college", "teacher", "password",
    "admin", "registrar", "counselor", "auditor",
)  # fmt: skip
MIN_OWN_LETTERS = 4  # letters besides those words
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
# What people and students are numbered by: dates, mobile, student and candidate numbers.
_KNOWN_NUMBERS = re.compile(
    rf"(?:19|20)[0-9]{{2}}{_MONTH}{_DAY}|(?:{_DAY}{_MONTH}|{_MONTH}{_DAY})(?:19|20)[0-9]{{2}}"
    rf"|\A[0-9]{{2}}{_MONTH}{_DAY}|[0-9]{{2}}{_MONTH}{_DAY}\Z"
    r"|\A(?:86)?1[3-9][0-9]{9}\Z|\A(?:19|20)[0-9]{2}|\A[0-3][0-9]{13}\Z"
)
MIN_DISTINCT_DIGITS = 5


class OwnContactValidator:
    """Rejects a password that contains the person's mobile number or e-mail name.

    Django compares the similarity of the whole address, so it accepts the part before the @ if
    the part after it is long.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for the last eight digits, or the part before the @."""
        if not isinstance(user, User):
            return
        phone = str(user.phone or "")
        digits = "".join(c for c in password if c.isdigit())
        if len(phone) >= PHONE_DIGITS and phone[-PHONE_DIGITS:] in digits:
            raise ValidationError(
                _("This password contains your mobile number, which others know."),
                code="password_is_phone",
            )
        mailbox = user.email.partition("@")[0].casefold()
        if len(mailbox) >= MAILBOX_LENGTH and mailbox in password.casefold():
            raise ValidationError(
                _("This password contains your email address, which others know."),
                code="password_is_mailbox",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't contain your mobile number or email address.")


class KnownNumberValidator:
    """Rejects digits alone that are, or hold, what others know or try first.

    A password of digits that nobody knows is as good as any (OWASP ASVS 5.0, 6.2.5).
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for dates, numbers of people, and digits in a row."""
        # The number of an identity card may end in X.
        number = password[:-1] if len(password) == 18 and password[-1] in "xX" else password
        if not number.isdecimal():
            return
        digits = "".join(str(int(one)) for one in number)
        steps = {int(b) - int(a) for a, b in pairwise(digits)}
        if (
            _KNOWN_NUMBERS.search(digits)
            or len(set(digits)) < MIN_DISTINCT_DIGITS
            or len(steps) <= 2
        ):
            raise ValidationError(
                _("This password is a date or a number that is easy to guess."),
                code="password_is_number",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be a date, a phone number or the number of a person.")


class PortalWordValidator:
    """Rejects a password of little more than the portal's own words, digits and signs.

    "xueji2026!" is what attackers of this portal try first (OWASP ASVS 5.0, 6.2.11).
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError if little remains without those words."""
        rest = folded = password.casefold()
        for word in portal_words():
            rest = rest.replace(word, "")
        if rest != folded and sum(map(str.isalpha, rest)) < MIN_OWN_LETTERS:
            raise ValidationError(
                _("This password is made of words of this portal, which are easy to guess."),
                code="password_is_portal",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be made of words of this portal.")


def portal_words() -> list[str]:
    """PORTAL_WORDS, the portal's name and the parts of its host, longest first."""
    host = (urlsplit(settings.SITE_URL).hostname or "").split(".")
    own = [str(settings.SITE_NAME).casefold(), *(part for part in host if len(part) > 3)]
    return sorted({*PORTAL_WORDS, *own}, key=len, reverse=True)
