"""Rate limits on sending and on attempts, counted in the database (security rules, Limits).

Counts survive a lost cache; checking and counting is atomic (``accounts.limits.uses``).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now

from accounts.identifiers.email_addresses import mailbox_of
from accounts.limits.rules import COOL_DOWN, DAY, HOUR, MINUTE, Rule
from accounts.limits.uses import LimitReachedError, Use, count_uses
from accounts.models import Block, LimitHit, User
from accounts.requests.client_network import is_within, network_of
from database.clock import database_now
from database.prepared_statements import read_prepared
from delivery.masking import masked
from delivery.models import Channel
from vault.lookup import keyed_hash

FREE_SENDS = 20  # of one network address in an hour, before a proof of work is required
OWN_SHARE = 5  # messages in a day after which the daily cap counts as used up by the asker
VIOLATIONS_TO_BLOCK = 3  # of the cool-down, in an hour
BLOCK_LENGTHS = (DAY, DAY, timedelta(days=7))  # the third one is long
BLOCK_MEMORY = timedelta(days=30)  # how far back earlier blocks count
BLOCK_RETENTION = timedelta(days=180)  # for questions about a block that is over
# Asked whenever a form is shown that sends a message.
_USED = """
SELECT count(*) FROM accounts_limithit
WHERE action = %s AND subject = %s AND at > statement_timestamp() - %s::interval
"""


def consume(action: str, subject: str, *, factor: int = 1) -> int:
    """Count one use of ``action`` by ``subject``; returns the hit's key. Call in a transaction.

    Raises LimitReachedError, counting nothing, if a rule of the action is exhausted.
    ``factor`` multiplies the limits (a whole campus may share one address).
    """
    [key] = count_uses([Use(action, subject, factor)])
    return key


@transaction.atomic
def try_consume(action: str, subject: str) -> bool:
    """Count one use of ``action``; False, counting nothing, if its limit is reached."""
    try:
        consume(action, subject)
    except LimitReachedError:
        return False
    return True


def consume_sending(
    *,
    account: User | None,
    channel: Channel,
    address: str,
    client: str,
    browser: str = "",
    known: bool = False,
) -> None:
    """Count one message to ``address``, requested by ``account`` from ``client``.

    ``account`` is None if the request is anonymous; then ``browser`` names who asks.
    ``known``: the browser is a known device of the owner of ``address``, with its own
    limit that strangers cannot use up.

    Raises LimitReachedError. Three violations of the cool-down in an hour, or reaching
    the daily cap, block the asker from the address for a day, the third time for a week.
    The block is stored although the request fails, so do not call this inside a
    transaction.
    """
    asker = asker_of(account, browser)
    _refuse_blocked(address, asker)
    refused: LimitReachedError | None = None
    send = f"send_{channel}"
    with transaction.atomic():
        uses = [
            *_uses_of_target(account, address),
            Use("send_ip", network_of(client), campus_factor(client)),
            Use(send, _inbox(address, known=known)),
            *_uses_of_channel(channel),
            Use("asked", _asked(asker, address)),
        ]
        try:
            count_uses(uses)
        except LimitReachedError as error:
            if error.action != send:
                raise
            refused = error
    if refused is not None:
        _record_violation(
            account=account, asker=asker, channel=channel, address=address, error=refused
        )
        raise refused


def asker_of(account: User | None, browser: str) -> str:
    """The subject counted as the asker: the signed-in account, else the browser.

    Never the network: thousands of neighbours share a campus's.
    """
    return f"account:{account.pk}" if account else f"browser:{browser}"


def refund(*, channel: Channel, address: str, asked_at: datetime) -> None:
    """Remove the message to ``address`` requested at ``asked_at`` from the count (F10)."""
    inboxes = [_hash(_inbox(address, known=known)) for known in (False, True)]
    hits = LimitHit.objects.filter(action=f"send_{channel}", subject__in=inboxes, at__lte=asked_at)
    hits.filter(pk__in=hits.order_by("-at").values("pk")[:1]).delete()


def consume_for_client(client: str) -> None:
    """Count one message requested from ``client``; call inside a transaction."""
    consume_for_network("send_ip", client)


def consume_for_network(action: str, client: str, *, of: str = "") -> int:
    """Count one use of ``action`` from the network of ``client``; returns the hit's key.

    Limits are wider for campus networks. ``of`` gives each value its own count.
    """
    return consume(action, f"{of}{network_of(client)}", factor=campus_factor(client))


def has_sent_many(client: str) -> bool:
    """Whether ``client`` has triggered so many messages that more need a proof of work."""
    return count("send_ip", network_of(client), HOUR) >= FREE_SENDS * campus_factor(client)


def count(action: str, subject: str, window: timedelta) -> int:
    """The number of uses of ``action`` by ``subject`` within ``window``."""
    [(used,)] = read_prepared(_USED, [action, _hash(subject), window])
    return int(used)


def consume_check(client: str) -> None:
    """Count one look-up of a public code or file by ``client``. Raises LimitReachedError."""
    with transaction.atomic():
        consume_for_network("check_ip", client)


def is_blocked(address: str, asker: str) -> bool:
    """Whether ``asker`` is blocked from sending to ``address``."""
    return _block_of(address, asker) is not None


def seconds_to_wait(*, channel: Channel, address: str, known: bool = False) -> int:
    """Seconds until another code can be sent to ``address``."""
    inbox = _hash(_inbox(address, known=known))
    hits = LimitHit.objects.filter(action=f"send_{channel}", subject=inbox)
    wait = ExpressionWrapper(F("at") + COOL_DOWN - Now(), output_field=DurationField())
    waits = hits.filter(at__gt=Now() - COOL_DOWN).order_by("-at").values_list(wait, flat=True)
    left = waits.first()
    return max(0, int(left.total_seconds())) if left else 0


def active_blocks() -> QuerySet[Block]:
    """The blocks in force."""
    return Block.objects.filter(until__gt=Now(), lifted_at__isnull=True)


def prune() -> None:
    """Delete hits older than the window of every rule, and blocks that count no more."""
    LimitHit.objects.filter(at__lt=Now() - 2 * DAY).delete()
    Block.objects.filter(until__lt=Now() - BLOCK_RETENTION).delete()


def _inbox(address: str, *, known: bool) -> str:
    """The subject under which messages to ``address`` are counted: known devices separately."""
    mailbox = mailbox_of(address)
    return f"known:{mailbox}" if known else mailbox


def _asked(asker: str, address: str) -> str:
    """The subject under which messages to one mailbox are counted by who asked for them."""
    return f"{asker}>{mailbox_of(address)}"


def _refuse_blocked(address: str, asker: str) -> None:
    block = _block_of(address, asker)
    if block is not None:
        raise LimitReachedError(block.until, is_block=True)


def _block_of(address: str, asker: str) -> Block | None:
    held = active_blocks().filter(subject=subject_of(address), asker_hash=_hash(asker))
    return held.order_by("-until").first()


def _uses_of_target(account: User | None, address: str) -> list[Use]:
    """What a new address of the account counts as; nothing if it was used already today."""
    if account is None:
        return []
    subject = f"account:{account.pk}"
    target = Use("target", f"{subject}:{address}")
    seen = LimitHit.objects.filter(action=target.action, subject=_hash(target.subject))
    if seen.filter(at__gt=Now() - DAY).exists():
        return []
    return [Use("targets", subject), target]


def _uses_of_channel(channel: Channel) -> list[Use]:
    """What a code by SMS counts as among all: at most ``SMS_PER_MINUTE`` are requested (T6).

    Only codes count, which strangers can request. Messages of every kind are limited to
    the same rate by ``delivery.outbox.transitions``, where the rest waits.
    """
    if channel != Channel.SMS:
        return []
    return [Use("any_sms", "every number", rules=(Rule(settings.SMS_PER_MINUTE, MINUTE),))]


def _record_violation(
    *,
    account: User | None,
    asker: str,
    channel: Channel,
    address: str,
    error: LimitReachedError,
) -> None:
    """Count a violation by the asker; the third in an hour blocks them from the address."""
    subject = _asked(asker, address)
    with transaction.atomic():
        consume("breach", subject)
        block = _block_of(address, asker)
        if block is not None:  # created while this request waited: one block for one burst
            error.retry_at, error.is_block = block.until, True
            return
        # A daily cap, not the cool-down; a cap used up by others blocks no asker.
        now = database_now()
        far = error.retry_at - now > HOUR and count("asked", subject, DAY) >= OWN_SHARE
        if count("breach", subject, HOUR) < VIOLATIONS_TO_BLOCK and not far:
            return
        by_asker = Block.objects.filter(subject=subject_of(address), asker_hash=_hash(asker))
        earlier = by_asker.filter(made_at__gt=Now() - BLOCK_MEMORY)
        length = BLOCK_LENGTHS[min(earlier.count(), len(BLOCK_LENGTHS) - 1)]
        Block.objects.create(
            subject=subject_of(address),
            asker_hash=_hash(asker),
            masked=masked(channel, address),
            account=account,
            until=now + length,
        )
        error.retry_at, error.is_block = now + length, True


def campus_factor(client: str) -> int:
    """By how much limits by network are wider for ``client``."""
    return 20 if is_within(client, settings.CAMPUS_NETWORKS) else 1


def subject_of(contact: str) -> bytes:
    """The keyed hash under which a contact is counted and blocked; the contact is not stored.

    It is that of the mailbox: what follows a plus is ignored.
    """
    return _hash(mailbox_of(contact))


def _hash(subject: str) -> bytes:
    return keyed_hash("limit", subject)
