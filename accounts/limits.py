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
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_network import is_within, network_of
from accounts.models import Block, LimitHit, User
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel
from vault.lookup import keyed_hash

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COOL_DOWN = MINUTE
FREE_SENDS = 20  # of one network address in an hour, before a proof of work is asked for
BREACHES_TO_BLOCK = 3  # of the cool-down, in an hour
BLOCK_LENGTHS = (DAY, DAY, timedelta(days=7))  # the third one is long
REMEMBERED = timedelta(days=30)  # how far back earlier blocks count


@dataclass(frozen=True)
class Rule:
    """At most ``most`` uses within ``window``."""

    most: int
    window: timedelta


@dataclass
class LimitReachedError(Exception):
    """Too often; ``lifts_at`` is when the act is possible again."""

    lifts_at: datetime
    is_block: bool = False


RULES: dict[str, tuple[Rule, ...]] = {
    "send_sms": (Rule(1, COOL_DOWN), Rule(5, HOUR), Rule(10, DAY)),
    "send_email": (Rule(1, COOL_DOWN), Rule(5, DAY)),
    "send_link": (Rule(1, COOL_DOWN), Rule(5, DAY)),
    "targets": (Rule(5, DAY),),
    "send_ip": (Rule(100, HOUR),),  # from FREE_SENDS on with a proof of work
    "sign_in_ip": (Rule(10, MINUTE),),
    "sign_in": (Rule(5, 5 * MINUTE), Rule(20, DAY)),  # then with a proof of work
    "factor_code": (Rule(1, 2 * MINUTE),),  # an app's code is right for a minute and a half
    "second_factor": (Rule(5, 5 * MINUTE), Rule(20, DAY)),
    "try_code": (Rule(20, HOUR),),
    "received_code": (Rule(20, HOUR),),  # of a number, in whatever browser it was asked for
    # Whoever names an account by its username: counted apart from the contact that
    # is sent to, so that the wait tells nobody whose contact it is.
    "send_by_name": (Rule(1, COOL_DOWN), Rule(5, HOUR), Rule(10, DAY)),
    "reset": (Rule(5, DAY),),
    "answer_question": (Rule(5, DAY),),
    "choose_username": (Rule(10, HOUR),),
    "breach": (),
    "import_file": (Rule(30, HOUR), Rule(200, DAY)),
    # Receipts and reports looked up by strangers.
    "check_ip": (Rule(60, HOUR), Rule(300, DAY)),
    # Forms with evidence, each of up to five files: kept for months, drawn by a process each.
    "evidence": (Rule(10, HOUR), Rule(20, DAY)),
    "import_status": (Rule(60, MINUTE),),
    "import_refused": (Rule(20, HOUR),),
}


def client_address(request: HttpRequest) -> str:
    """The address of the client, as told by our own proxies only (T8).

    Each of ``TRUSTED_PROXY_COUNT`` proxies appends the peer it saw to
    X-Forwarded-For; whatever the client wrote stands further left and is ignored.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return peer


def spend(action: str, subject: str, *, factor: int = 1) -> int:
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
    return count_use(action, subject)


@transaction.atomic
def spend_quietly(action: str, subject: str) -> bool:
    """The same where the asker is not told; False, counting nothing, when it was too often."""
    try:
        spend(action, subject)
    except LimitReachedError:
        return False
    return True


def spend_sending(*, account: User | None, channel: Channel, address: str, client: str) -> None:
    """Count one message to ``address``, asked for by ``account`` from ``client``.

    ``account`` is None where somebody not signed in asks.

    Raises LimitReachedError with the moment it lifts. Asking again within the
    cool-down three times in an hour, or hitting the daily cap, blocks the
    address for a day, the third time for a week; that is kept although the
    request fails, so the caller's transaction must not hold this call.
    """
    _refuse_blocked(address)
    refused: LimitReachedError | None = None
    with transaction.atomic():
        if account is not None:
            _spend_target(account, address)
        spend_client(client)
        _refuse_over_global_cap(channel)
        try:
            spend(f"send_{channel}", address)
        except LimitReachedError as error:
            refused = error
    if refused is not None:
        _note_breach(account=account, channel=channel, address=address, error=refused)
        raise refused


def give_back(*, channel: Channel, address: str, asked_at: datetime) -> None:
    """Take the message to ``address`` that was asked for then off its count (F10)."""
    hits = LimitHit.objects.filter(
        action=f"send_{channel}", subject=_hash(address), at__lte=asked_at
    )
    hits.filter(pk__in=hits.order_by("-at").values("pk")[:1]).delete()


def spend_client(client: str) -> None:
    """Count one message asked for from ``client``; call inside a transaction."""
    spend_from_network("send_ip", client)


def spend_from_network(action: str, client: str) -> int:
    """The same of any action, wider for campus networks; the key of the count."""
    return spend(action, network_of(client), factor=_campus_factor(client))


def sends_much(client: str) -> bool:
    """Whether so much was sent from ``client`` that more needs a proof of work."""
    return count("send_ip", network_of(client), HOUR) >= FREE_SENDS * _campus_factor(client)


def count(action: str, subject: str, window: timedelta) -> int:
    """How often ``subject`` used ``action`` within ``window``."""
    hits = LimitHit.objects.filter(action=action, subject=_hash(subject))
    return hits.filter(at__gt=Now() - window).count()


def lifts_at(action: str, subject: str) -> datetime | None:
    """When ``subject`` may use ``action`` once more; None when it may now."""
    hits = LimitHit.objects.filter(action=action, subject=_hash(subject))
    return max(filter(None, (_lifts_at(hits, rule) for rule in RULES[action])), default=None)


def count_use(action: str, subject: str) -> int:
    """Count one use of ``action`` whatever its rules say; its key."""
    return LimitHit.objects.create(action=action, subject=_hash(subject)).pk


def spend_check(client: str) -> None:
    """Count one look-up of a public code or file from ``client``. Raises LimitReachedError."""
    with transaction.atomic():
        spend_from_network("check_ip", client)


def is_blocked(address: str) -> bool:
    """Whether nothing is sent to ``address`` for now."""
    return _block_of(address) is not None


def seconds_to_wait(*, channel: Channel, address: str) -> int:
    """How long the button for another code stays closed."""
    hits = LimitHit.objects.filter(action=f"send_{channel}", subject=_hash(address))
    lifts_at = _lifts_at(hits, RULES[f"send_{channel}"][0])
    return max(0, int((lifts_at - timezone.now()).total_seconds())) if lifts_at else 0


def active_blocks() -> QuerySet[Block]:
    """Blocks that still hold."""
    return Block.objects.filter(until__gt=Now(), lifted_at__isnull=True)


def prune() -> None:
    """Forget hits older than every rule."""
    LimitHit.objects.filter(at__lt=Now() - 2 * DAY).delete()


def _refuse_blocked(address: str) -> None:
    block = _block_of(address)
    if block is not None:
        raise LimitReachedError(block.until, is_block=True)


def _block_of(address: str) -> Block | None:
    return active_blocks().filter(subject=_hash(address)).order_by("-until").first()


def _spend_target(account: User, address: str) -> None:
    """Count a new address of the account; one it has sent to today is free."""
    action, subject = "targets", f"account:{account.pk}"
    seen = LimitHit.objects.filter(action="target", subject=_hash(f"{subject}:{address}"))
    if seen.filter(at__gt=Now() - DAY).exists():
        return
    spend(action, subject)
    LimitHit.objects.create(action="target", subject=_hash(f"{subject}:{address}"))


def _refuse_over_global_cap(channel: Channel) -> None:
    """A breaker over all text messages: an attack costs money (T6).

    Its lock is held until the message is counted: no two requests share a place.
    """
    if channel != Channel.SMS:
        return
    _lock("send_sms", "every number")
    sent = LimitHit.objects.filter(action="send_sms", at__gt=Now() - MINUTE).count()
    if sent >= settings.SMS_PER_MINUTE:
        raise LimitReachedError(timezone.now() + MINUTE)


def _note_breach(
    *, account: User | None, channel: Channel, address: str, error: LimitReachedError
) -> None:
    with transaction.atomic():
        spend("breach", address)
        block = _block_of(address)
        if block is not None:  # made while this request waited: one burst, one block
            error.lifts_at, error.is_block = block.until, True
            return
        breaches = LimitHit.objects.filter(
            action="breach", subject=_hash(address), at__gt=Now() - HOUR
        ).count()
        far = error.lifts_at - timezone.now() > HOUR  # a daily cap, not the cool-down
        if breaches < BREACHES_TO_BLOCK and not far:
            return
        earlier = Block.objects.filter(subject=_hash(address), made_at__gt=Now() - REMEMBERED)
        length = BLOCK_LENGTHS[min(earlier.count(), len(BLOCK_LENGTHS) - 1)]
        Block.objects.create(
            subject=_hash(address),
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
