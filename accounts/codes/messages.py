"""What is told to whoever reads an address instead of a code, by e-mail or text message (T4)."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.template.loader import render_to_string

from delivery.content import Content, EmailContent, SmsContent
from delivery.models import Channel
from delivery.sms.kinds import parameters_of

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_AFTER_MARK = re.compile(r"([：，。；！？、）]) (?=\S)")


def contact_taken(channel: Channel) -> Content:
    """Somebody wants to bind the contact, which belongs to the reader's account."""
    return letter("contact_taken", channel, {})


def no_account(channel: Channel) -> Content:
    """Somebody asked for an account with this contact, and there is none."""
    return letter("no_account", channel, {})


def letter(kind: str, channel: Channel, params: dict[str, str]) -> Content:
    """The message ``kind``: a text message with ``params``, or an e-mail from its templates."""
    if channel == Channel.SMS:
        return SmsContent(kind=kind, params=parameters_of(kind, params))
    values = {**params, "site_url": settings.SITE_URL}
    return email(
        render_to_string(f"accounts/email/{kind}_subject.txt", values),
        render_to_string(f"accounts/email/{kind}.txt", values),
    )


def email(
    subject: str, text: str, headers: Mapping[str, str] = MappingProxyType({})
) -> EmailContent:
    """An e-mail with the foot that all of them have.

    Templates join sentences and values by a blank; after a full-width mark there is none.
    """
    foot = render_to_string("accounts/email/foot.txt", {"site_name": settings.SITE_NAME})
    whole = f"{text.strip()}\n\n{foot.strip()}\n"
    return EmailContent(
        subject=subject.strip(), text=_AFTER_MARK.sub(r"\1", whole), headers=dict(headers)
    )


def optional(path: str) -> dict[str, str]:
    """The header of e-mails that a person may switch off, with the page where."""
    return {"List-Unsubscribe": f"<{settings.SITE_URL}{path}>"}
