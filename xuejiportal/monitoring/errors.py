"""How many pages ended in an error in the last day, counted by the hour in the cache."""

import time
from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

HOUR, KEPT_HOURS = 3600, 24


def count_error() -> None:
    """Count one page that was answered by the page of unexpected errors."""
    key = _key(_this_hour())
    with suppress(RedisError, ValueError):
        cache.add(key, 0, (KEPT_HOURS + 1) * HOUR)
        cache.incr(key)


def errors_of_day() -> int:
    """The errors of this hour and the 23 before; 0 while Redis is away."""
    now = _this_hour()
    with suppress(RedisError):
        return sum(cache.get_many([_key(now - back) for back in range(KEPT_HOURS)]).values())
    return 0


def _this_hour() -> int:
    return int(time.time()) // HOUR


def _key(hour: int) -> str:
    return f"errors:{hour}"
