"""Rate limit and back-off for e-mail, kept for each recipient domain.

A school's thousand e-mails to one mailbox provider exceed its frequency limits. A
refusal for that reason pauses only that domain, with a pause that doubles each time.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection

from delivery.models import OutboxMessage

SERVER = "*"  # means every domain: our own server refuses all mail
# Seconds of the first and the longest pause; each refusal after a pause doubles it.
SERVER_PAUSES = (5.0, 60.0)

COUNT = """
INSERT INTO delivery_maildomain AS d (name, in_window, refusals, window_started_at)
SELECT name, count, 0, statement_timestamp() FROM unnest(%s::text[], %s::int[]) AS n(name, count)
ORDER BY name
ON CONFLICT (name) DO UPDATE SET
    in_window = excluded.in_window + CASE
        WHEN d.window_started_at > statement_timestamp() - interval '1 minute'
        THEN d.in_window ELSE 0 END,
    window_started_at = CASE
        WHEN d.window_started_at > statement_timestamp() - interval '1 minute'
        THEN d.window_started_at ELSE statement_timestamp() END
RETURNING name, in_window
"""
PACE = """
UPDATE delivery_maildomain SET
    paused_until = greatest(paused_until, window_started_at + interval '1 minute')
WHERE name = ANY(%s)
"""
# Refusals of one burst count once: those that arrive during a pause are ignored.
PAUSE = """
INSERT INTO delivery_maildomain AS d (name, in_window, refusals, paused_until)
VALUES (%(name)s, 0, 1, statement_timestamp() + make_interval(secs => %(first)s))
ON CONFLICT (name) DO UPDATE SET
    refusals = least(d.refusals + 1, 16),
    paused_until = statement_timestamp()
        + make_interval(secs => least(%(first)s * 2 ^ d.refusals, %(longest)s))
WHERE d.paused_until IS NULL OR d.paused_until <= statement_timestamp()
"""
RESUME = "UPDATE delivery_maildomain SET refusals = 0 WHERE name = ANY(%s) AND refusals > 0"


def domain_of(address: str) -> str:
    """The domain of an e-mail address; never empty."""
    return address.rpartition("@")[2].lower()[:255] or "?"


def too_fast(messages: Sequence[OutboxMessage]) -> set[int]:
    """Keys of the messages over ``EMAIL_DOMAIN_PER_MINUTE``; the others are counted.

    A domain over its limit is paused until the next minute.
    """
    limit = settings.EMAIL_DOMAIN_PER_MINUTE
    counts = Counter(message.domain for message in messages if message.domain)
    if not limit or not counts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [list(counts), list(counts.values())])
        over = {name: used - limit for name, used in cursor.fetchall() if used > limit}
        if over:
            cursor.execute(PACE, [list(over)])
    late: set[int] = set()
    for message in reversed(messages):
        if over.get(message.domain, 0) > 0:
            over[message.domain] -= 1
            late.add(message.pk)
    return late


def pause(names: Iterable[str]) -> None:
    """Pause these domains, twice as long as after their last refusal."""
    for name in names:
        first, longest = SERVER_PAUSES if name == SERVER else settings.EMAIL_DOMAIN_PAUSES
        with connection.cursor() as cursor:
            cursor.execute(PAUSE, {"name": name, "first": first, "longest": longest})


def resume(names: Iterable[str]) -> None:
    """Reset the back-off of these domains: they have accepted mail again."""
    if domains := list(filter(None, names)):  # text messages have none
        with connection.cursor() as cursor:
            cursor.execute(RESUME, [domains])
