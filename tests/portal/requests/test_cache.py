"""What lies in Redis is data and never runs."""

import pickle
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis


class Trap:
    """Raises when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return exec, ("raise SystemExit('ran what Redis held')",)


def test_a_pickle_written_into_redis_is_not_run() -> None:
    Redis.from_url(settings.REDIS_URL).set(cache.make_key("trap"), pickle.dumps(Trap()))
    assert cache.get("trap", "nothing") is None


@pytest.mark.parametrize("value", [7, "y", [1.5, 2.5], {"a": True}, None])
def test_the_cache_returns_what_was_stored(value: object) -> None:
    cache.set("kept", value, timeout=60)
    assert cache.get("kept", "nothing") == value


def test_the_cache_counts_up() -> None:
    cache.set("count", 1, timeout=60)
    assert cache.incr("count") == 2
    assert cache.get("count") == 2
