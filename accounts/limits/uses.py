"""Counting uses of limited actions: all that one request counts in one query.

An advisory lock for each subject makes checking and counting atomic: of twenty simultaneous
requests one passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.limits.rules import RULES, Rule
from database.advisory_locks import LOCK, lock_numbers
from database.prepared_statements import read_prepared
from vault.lookup import keyed_hash

# The rules whose limits are reached, in their order, each with when it allows one more use.
_REACHED = """
SELECT rule.place, hit.at + rule.window_length AS retry_at
FROM unnest(%s::int[], %s::text[], %s::bytea[], %s::int[], %s::interval[]) WITH ORDINALITY
    AS rule(place, action, subject, allowed, window_length, number)
CROSS JOIN LATERAL (
    SELECT at FROM accounts_limithit
    WHERE action = rule.action AND subject = rule.subject
        AND at > statement_timestamp() - rule.window_length
    ORDER BY at DESC OFFSET rule.allowed - 1 LIMIT 1
) AS hit
ORDER BY rule.number
"""
# The lock and the count are two statements, so that the count sees what others committed while
# this one waited for the lock.
_COUNT = f"""
WITH reached AS ({_REACHED} LIMIT 1), counted AS (
    INSERT INTO accounts_limithit (action, subject)
    SELECT action, subject
    FROM unnest(%s::text[], %s::bytea[]) WITH ORDINALITY AS use(action, subject, place)
    WHERE place < coalesce((SELECT place FROM reached), %s)
    ORDER BY place RETURNING id
)
SELECT id, NULL::int, NULL::timestamptz FROM counted
UNION ALL SELECT NULL, place, retry_at FROM reached
"""  # noqa: S608  own text


@dataclass
class LimitReachedError(Exception):
    """The limit of ``action`` is reached; ``retry_at`` is when the action is possible again."""

    retry_at: datetime
    is_block: bool = False
    action: str = ""


@dataclass(frozen=True)
class Use:
    """One use of ``action`` by ``subject``.

    ``factor`` multiplies the limits (a whole campus may share one address). ``rules`` are those
    of the action, unless given.
    """

    action: str
    subject: str
    factor: int = 1
    rules: tuple[Rule, ...] | None = None

    @property
    def limits(self) -> tuple[Rule, ...]:
        """The rules to be kept."""
        return RULES[self.action] if self.rules is None else self.rules


def count_uses(uses: Sequence[Use]) -> list[int]:
    """Count ``uses`` in their order; returns the keys of the hits. Call in a transaction.

    Raises LimitReachedError at the first whose limit is reached; those before it are counted
    unless the caller rolls back.
    """
    locks = lock_numbers(*(keyed_hash(f"limit-{use.action}", use.subject) for use in uses))
    hashes = [_hash_of(use) for use in uses]
    read_prepared(LOCK, [locks])
    actions = [use.action for use in uses]
    rows = read_prepared(_COUNT, [*_rules_of(uses), actions, hashes, len(uses) + 1])
    for _key, place, retry_at in rows:
        if place is not None:
            raise LimitReachedError(retry_at, action=uses[place - 1].action)
    return [key for key, _place, _retry_at in rows]


def retry_at(uses: Sequence[Use]) -> datetime | None:
    """When all of ``uses`` are possible again; None if they are now."""
    reached = read_prepared(_REACHED, _rules_of(uses))
    return max((at for _place, at in reached), default=None)


def _rules_of(uses: Sequence[Use]) -> list[list[Any]]:
    """The columns of ``rule`` in the queries."""
    rules = [
        (place, use.action, _hash_of(use), rule.limit * use.factor, rule.window)
        for place, use in enumerate(uses, 1)
        for rule in use.limits
    ]
    return [list(column) for column in zip(*rules, strict=True)] or [[] for _ in range(5)]


def _hash_of(use: Use) -> bytes:
    return keyed_hash("limit", use.subject)
