"""The code that confirms the new contact of a person who has lost all others."""

from django.db import transaction

from accounts.codes import services as codes
from accounts.identifiers.services import Identifier
from accounts.limits import rate_limits
from accounts.models import Code, CodePurpose
from delivery.models import Channel
from delivery.services import queue_rendered


def ask_for_code(
    *, contact: Identifier, client: str, browser: str, earlier: Code | None = None
) -> Code:
    """Send a code to the new ``contact``; ``earlier`` as in ``codes.get_or_create_code``.

    Raises limits.LimitReachedError.
    """
    if contact.channel is None:
        raise ValueError("a rescue needs a number or a mailbox")
    rate_limits.consume_sending(
        account=None,
        channel=contact.channel,
        address=contact.value,
        client=client,
        browser=browser,
    )
    with transaction.atomic():
        code = codes.get_or_create_code(
            account=None,
            purpose=CodePurpose.RESCUE,
            channel=contact.channel,
            address=contact.value,
            earlier=earlier,
        )
        _send(code)
    return code


def send_again(*, code: Code, client: str, browser: str) -> None:
    """Send the same code again. Raises limits.LimitReachedError."""
    channel, address = Channel(code.channel), codes.address_of(code)
    rate_limits.consume_sending(
        account=None, channel=channel, address=address, client=client, browser=browser
    )
    with transaction.atomic():
        _send(code)


def _send(code: Code) -> None:
    queue_rendered(
        channel=Channel(code.channel),
        to=codes.address_of(code),
        kind=codes.KIND,
        reference=code.key,
        purpose=code.purpose,
    )
