"""The text messages and e-mails about accounts, and their common layout.

Where no code may be sent to an address, its reader gets one of these instead (T4).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.template.loader import render_to_string

from delivery.models import Channel
from delivery.outbox.content import Content, EmailContent, SmsContent
from delivery.sms.kinds import parameters_of

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_AFTER_MARK = re.compile(r"([：，。；！？、）]) (?=\S)")


def contact_taken(channel: Channel) -> Content:
    """The notice to the owner of a contact that another account asked to bind."""
    return letter("contact_taken", channel, {})


def no_account(channel: Channel) -> Content:
    """The notice that a code was requested with this contact, which has no account."""
    return letter("no_account", channel, {})


def letter(kind: str, channel: Channel, params: dict[str, str]) -> Content:
    """The content of the message ``kind``: a text message or a rendered e-mail."""
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
    """An e-mail with the common footer.

    Templates join sentences and values by spaces; after full-width punctuation they are removed.
    """
    foot = render_to_string("accounts/email/foot.txt", {"site_name": settings.SITE_NAME})
    whole = f"{text.strip()}\n\n{foot.strip()}\n"
    return EmailContent(
        subject=subject.strip(), text=_AFTER_MARK.sub(r"\1", whole), headers=dict(headers)
    )


def optional(path: str) -> dict[str, str]:
    """The List-Unsubscribe header of e-mails that can be switched off on the page ``path``."""
    return {"List-Unsubscribe": f"<{settings.SITE_URL}{path}>"}
