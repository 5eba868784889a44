"""What is told to whoever reads an address instead of a code, by e-mail or text message (T4)."""

from django.conf import settings
from django.template.loader import render_to_string

from delivery.content import Content, EmailContent, SmsContent
from delivery.models import Channel


def contact_taken(channel: Channel) -> Content:
    """Somebody wants to bind the contact, which belongs to the reader's account."""
    return letter("contact_taken", channel, {})


def no_account(channel: Channel) -> Content:
    """Somebody asked for an account with this contact, and there is none."""
    return letter("no_account", channel, {})


def letter(kind: str, channel: Channel, params: dict[str, str]) -> Content:
    """The message ``kind``: a text message with ``params``, or an e-mail from its templates."""
    if channel == Channel.SMS:
        return SmsContent(kind=kind, params=params)
    values = {**params, "site_url": settings.SITE_URL}
    return EmailContent(
        subject=render_to_string(f"accounts/email/{kind}_subject.txt", values).strip(),
        text=render_to_string(f"accounts/email/{kind}.txt", values),
    )
