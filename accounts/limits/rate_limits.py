"""Limits on sending and trying, counted in the database (SECURITY 5).

An emptied cache forgives nobody, and an advisory lock for each subject makes
looking and counting one act: of twenty clients at once one gets through.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.client_network import is_within, network_of
from accounts.limits.rules import DAY, HOUR, MINUTE, RULES, Rule
from accounts.models import Block, LimitHit, User
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel
from vault.lookup import keyed_hash

FREE_SENDS = 20  # of one network address in an hour, before a proof of work is asked for
OWN_SHARE = 5  # messages of a day by which an asker has used up the cap alone
BREACHES_TO_BLOCK = 3  # of the cool-down, in an hour
BLOCK_LENGTHS = (DAY, DAY, timedelta(days=7))  # the third one is long
REMEMBERED = timedelta(days=30)  # how far back earlier blocks count


@dataclass
class LimitReachedError(Exception):
    """Too often; ``lifts_at`` is when the act is possible again."""

    lifts_at: datetime
    is_block: bool = False


def consume(action: str, subject: str, *, factor: int = 1) -> int:
    """Count one use of ``action`` by ``subject``, and its key; call inside a transaction.

    Raises LimitReachedError, counting nothing, when a rule of the action is
    exhausted. ``factor`` widens the rules (a campus network has one address).
    """
    hashed = _lock(action, subject)
    hits = LimitHit.objects.filter(action=action, subject=hashed)
    for rule in RULES[action]:
        lifts_at = _lifts_at(hits, Rule(rule.most * factor, rule.window))
        if lifts_at is not None:
            raise LimitReachedError(lifts_at)
    return record_use(action, subject)


@transaction.atomic
def try_consume(action: str, subject: str) -> bool:
    """The same where the asker is not told; False, counting nothing, when it was too often."""
    try:
        consume(action, subject)
    except LimitReachedError:
        return False
    return True


def consume_sending(
    *, account: User | None, channel: Channel, address: str, client: str, known: bool = False
) -> None:
    """Count one message to ``address``, asked for by ``account`` from ``client``.

    ``account`` is None where somebody not signed in asks. ``known`` is a browser in which
    the owner of ``address`` has signed in before: it has an allowance of its own, which
    no stranger can use up.

    Raises LimitReachedError with the moment it lifts. Asking again within the
    cool-down three times in an hour, or hitting the daily cap, bars the asker from
    the address for a day, the third time for a week; that is kept although the
    request fails, so the caller's transaction must not hold this call.
    """
    asker = asker_of(account, client)
    _refuse_blocked(address, asker)
    refused: LimitReachedError | None = None
    with transaction.atomic():
        if account is not None:
            _spend_target(account, address)
        consume_for_client(client)
        _refuse_over_global_cap(channel)
        try:
            consume(f"send_{channel}", _inbox(address, known=known))
            record_use("asked", f"{asker}>{address}")
        except LimitReachedError as error:
            refused = error
    if refused is not None:
        _note_breach(account=account, asker=asker, channel=channel, address=address, error=refused)
        raise refused


def asker_of(account: User | None, client: str) -> str:
    """Who is counted for asking: the account that is signed in, else the network."""
    return f"account:{account.pk}" if account else f"network:{network_of(client)}"


def refund(*, channel: Channel, address: str, asked_at: datetime) -> None:
    """Take the message to ``address`` that was asked for then off its count (F10)."""
    inboxes = [_hash(_inbox(address, known=known)) for known in (False, True)]
    hits = LimitHit.objects.filter(action=f"send_{channel}", subject__in=inboxes, at__lte=asked_at)
    hits.filter(pk__in=hits.order_by("-at").values("pk")[:1]).delete()


def consume_for_client(client: str) -> None:
    """Count one message asked for from ``client``; call inside a transaction."""
    consume_for_network("send_ip", client)


def consume_for_network(action: str, client: str, *, of: str = "", anyway: bool = False) -> int:
    """Count one use of ``action`` from the network of ``client``; returns the key of the count.

    Wider for campus networks; ``of`` counts for one thing alone, ``anyway``
    whatever the rules say.
    """
    subject = f"{of}{network_of(client)}"
    if anyway:
        return record_use(action, subject)
    return consume(action, subject, factor=_campus_factor(client))


def network_lifts_at(action: str, client: str) -> datetime | None:
    """When ``client`` may use ``action`` once more; None when it may now."""
    return retry_at(action, network_of(client), factor=_campus_factor(client))


def has_sent_many(client: str) -> bool:
    """Whether so much was sent from ``client`` that more needs a proof of work."""
    return count("send_ip", network_of(client), HOUR) >= FREE_SENDS * _campus_factor(client)


def count(action: str, subject: str, window: timedelta) -> int:
    """How often ``subject`` used ``action`` within ``window``."""
    hits = LimitHit.objects.filter(action=action, subject=_hash(subject))
    return hits.filter(at__gt=Now() - window).count()


def retry_at(action: str, subject: str, *, factor: int = 1) -> datetime | None:
    """When ``subject`` may use ``action`` once more; None when it may now."""
    hits = LimitHit.objects.filter(action=action, subject=_hash(subject))
    rules = (Rule(rule.most * factor, rule.window) for rule in RULES[action])
    return max(filter(None, (_lifts_at(hits, rule) for rule in rules)), default=None)


def record_use(action: str, subject: str) -> int:
    """Count one use of ``action`` whatever its rules say; its key."""
    return LimitHit.objects.create(action=action, subject=_hash(subject)).pk


def consume_check(client: str) -> None:
    """Count one look-up of a public code or file from ``client``. Raises LimitReachedError."""
    with transaction.atomic():
        consume_for_network("check_ip", client)


def is_blocked(address: str, asker: str) -> bool:
    """Whether ``asker`` may have nothing sent to ``address`` for now."""
    return _block_of(address, asker) is not None


def seconds_to_wait(*, channel: Channel, address: str, known: bool = False) -> int:
    """How long the button for another code stays closed."""
    inbox = _hash(_inbox(address, known=known))
    hits = LimitHit.objects.filter(action=f"send_{channel}", subject=inbox)
    lifts_at = _lifts_at(hits, RULES[f"send_{channel}"][0])
    return max(0, int((lifts_at - timezone.now()).total_seconds())) if lifts_at else 0


def active_blocks() -> QuerySet[Block]:
    """Blocks that still hold."""
    return Block.objects.filter(until__gt=Now(), lifted_at__isnull=True)


def prune() -> None:
    """Forget hits older than every rule."""
    LimitHit.objects.filter(at__lt=Now() - 2 * DAY).delete()


def _inbox(address: str, *, known: bool) -> str:
    """Under what messages to ``address`` are counted: the owner's asking apart from others'."""
    return f"known:{address}" if known else address


def _refuse_blocked(address: str, asker: str) -> None:
    block = _block_of(address, asker)
    if block is not None:
        raise LimitReachedError(block.until, is_block=True)


def _block_of(address: str, asker: str) -> Block | None:
    held = active_blocks().filter(subject=_hash(address), asker_hash=_hash(asker))
    return held.order_by("-until").first()


def _spend_target(account: User, address: str) -> None:
    """Count a new address of the account; one it has sent to today is free."""
    action, subject = "targets", f"account:{account.pk}"
    seen = LimitHit.objects.filter(action="target", subject=_hash(f"{subject}:{address}"))
    if seen.filter(at__gt=Now() - DAY).exists():
        return
    consume(action, subject)
    LimitHit.objects.create(action="target", subject=_hash(f"{subject}:{address}"))


def _refuse_over_global_cap(channel: Channel) -> None:
    """Refuse a code by text message when ``SMS_PER_MINUTE`` were asked for in the last minute (T6).

    It counts codes alone, which strangers ask for. What leaves in a minute, of every
    kind, is held to the same figure by ``delivery.transitions``: the rest waits. The lock
    is held until the code is counted, so no two requests share a place.
    """
    if channel != Channel.SMS:
        return
    _lock("send_sms", "every number")
    sent = LimitHit.objects.filter(action="send_sms", at__gt=Now() - MINUTE).count()
    if sent >= settings.SMS_PER_MINUTE:
        raise LimitReachedError(timezone.now() + MINUTE)


def _note_breach(
    *,
    account: User | None,
    asker: str,
    channel: Channel,
    address: str,
    error: LimitReachedError,
) -> None:
    """Count the refusal for whoever asked; the third in an hour bars them from the address."""
    subject = f"{asker}>{address}"
    with transaction.atomic():
        consume("breach", subject)
        block = _block_of(address, asker)
        if block is not None:  # made while this request waited: one burst, one block
            error.lifts_at, error.is_block = block.until, True
            return
        # A daily cap, not the cool-down; one that others have used up bars nobody.
        far = error.lifts_at - timezone.now() > HOUR and count("asked", subject, DAY) >= OWN_SHARE
        if count("breach", subject, HOUR) < BREACHES_TO_BLOCK and not far:
            return
        by_asker = Block.objects.filter(subject=_hash(address), asker_hash=_hash(asker))
        earlier = by_asker.filter(made_at__gt=Now() - REMEMBERED)
        length = BLOCK_LENGTHS[min(earlier.count(), len(BLOCK_LENGTHS) - 1)]
        Block.objects.create(
            subject=_hash(address),
            asker_hash=_hash(asker),
            masked=_masked(channel, address),
            account=account,
            until=timezone.now() + length,
        )
        error.lifts_at, error.is_block = timezone.now() + length, True


def _masked(channel: Channel, address: str) -> str:
    return masked_phone(address) if channel == Channel.SMS else masked_email(address)


def _lifts_at(hits: QuerySet[LimitHit], rule: Rule) -> datetime | None:
    """When the rule allows one more; None when it does now."""
    recent = hits.filter(at__gt=Now() - rule.window).order_by("-at")
    oldest = recent.values_list("at", flat=True)[rule.most - 1 : rule.most].first()
    return None if oldest is None else oldest + rule.window


def _campus_factor(client: str) -> int:
    return 20 if is_within(client, settings.CAMPUS_NETWORKS) else 1


def subject_of(contact: str) -> bytes:
    """Under which a number or mailbox is counted and blocked; the contact itself is not kept."""
    return _hash(contact)


def _hash(subject: str) -> bytes:
    return keyed_hash("limit", subject)


def _lock(action: str, subject: str) -> bytes:
    hashed = _hash(subject)
    key = int.from_bytes(keyed_hash(f"limit-{action}", subject)[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    return hashed
