"""E-mail addresses as people type and paste them; one rule for every field."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from accounts.text import fold_width

# RFC 5321: a path of 256 characters without its brackets.
EMAIL_LENGTH = 254
MAX_TYPED = 500  # including text pasted around the address
WRONG_MAILBOX = _("This is not an email address. Write it like name@example.com.")

_STOPS = str.maketrans({"\u3002": ".", "\uff61": ".", "\ufe52": ".", "\ufe6b": "@"})
_AROUND_SIGN = re.compile(r" ?([@.]) ?")
_NAMED = re.compile(r"^[^<>]*<([^<>]*)>$")  # 李华 <lihua@example.com>
_PUNCTUATION = " .,;:!?'\"、；：，！？“”‘’()[]{}（）【】《》<>"


def clean_mailbox(typed: str, message: str = "") -> str:
    """``typed`` in lower case, its domain in ASCII. Raises ValidationError with ``message``.

    Full-width and invisible characters, spaces around @ and dots, ``mailto:``, brackets and
    surrounding punctuation are removed. The rest has to be one address that a mail server
    accepts.
    """
    message = message or str(WRONG_MAILBOX)
    if len(typed) > MAX_TYPED:
        raise ValidationError(message)
    text = fold_width(typed).translate(_STOPS).strip()
    if named := _NAMED.match(text):
        text = named.group(1)
    text = text.strip(_PUNCTUATION)
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :].partition("?")[0].strip(_PUNCTUATION)
    text = _AROUND_SIGN.sub(r"\1", text)
    local, _at, domain = text.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}".lower()
    except UnicodeError:
        raise ValidationError(message) from None
    EmailValidator(message)(address)
    # Django's pattern ignores case, so that it takes ſ, ı and İ for letters of ASCII.
    if len(address) > EMAIL_LENGTH or not address.isascii():
        raise ValidationError(message)
    return address


def mailbox_of(address: str) -> str:
    """The mailbox that ``address`` is delivered to: most servers ignore what follows a plus.

    For counting only: li+1@…, li+2@… would else each have limits of their own. A phone number has
    no @ and stays as it is.
    """
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


class MailboxField(forms.CharField):
    """An e-mail address; not ``type=email``, which rejects a pasted 李华 <lihua@example.com>."""

    widget = forms.TextInput(
        attrs={
            "autocomplete": "email",
            "autocapitalize": "none",
            "inputmode": "email",
            "spellcheck": "false",
        }
    )

    def __init__(self, **options: object) -> None:
        super().__init__(
            label=_("Email address"),
            help_text=_("Use an email address that you will still have when you graduate."),
            max_length=MAX_TYPED,
            **options,  # type: ignore[arg-type]
        )

    def clean(self, value: object) -> str:
        """The address in canonical form."""
        return clean_mailbox(str(super().clean(value)))
