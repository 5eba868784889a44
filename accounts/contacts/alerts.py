"""Alerts about changes of an account, sent to every confirmed contact."""

from collections.abc import Mapping
from types import MappingProxyType

from accounts.codes import messages
from accounts.contacts import services
from accounts.languages.services import writing_to
from accounts.models import User
from delivery.models import Channel
from delivery.services import queue_content, queue_sms


def alert_contacts(
    *, account: User, kind: str, params: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Queue the message ``kind`` with ``params`` (see ``messages.letter``) to each contact.

    Call inside the transaction of the reported change.
    """
    for channel in Channel:
        if address := services.bound_address(account, channel):
            with writing_to(account):
                content = messages.letter(kind, channel, dict(params))
                queue_content(to=address, content=content, purpose=kind, account_id=account.pk)


def alert_phone(*, account: User, kind: str) -> None:
    """Queue the text message ``kind`` to the account's phone, if it has one."""
    if phone := services.bound_address(account, Channel.SMS):
        with writing_to(account):
            queue_sms(to=phone, kind=kind, params={}, purpose=kind, account_id=account.pk)
