"""The shared cache, with a fallback in memory while Redis is unreachable."""

import json
import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds before Redis is tried again after a failure
_silent_until = 0.0


class JsonSerializer:
    """Values as JSON; Django's pickle would execute code that an attacker put into Redis."""

    def dumps(self, value: Any) -> bytes | int:
        """The stored form; integers unchanged, so that Redis can increment them."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """The value; None for invalid JSON."""
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None


class StandbyRedisCache(RedisCache):
    """Redis, or a cache in each process's memory while Redis is unreachable.

    The cache holds only data that may be lost, so people can still sign in. Limits counted here
    are then counted per process.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._standby = LocMemCache("standby", {**params, "OPTIONS": {}})

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        """See Django's ``BaseCache``, here and below."""
        return bool(self._ask("add", key, value, *args, **kwargs))

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", key, *args, **kwargs)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._ask("set", key, value, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("touch", key, *args, **kwargs))

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("delete", key, *args, **kwargs))

    def get_many(self, keys: Any, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(self._ask("get_many", keys, *args, **kwargs))

    def has_key(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("has_key", key, *args, **kwargs))

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> int:
        return int(self._ask("incr", key, *args, **kwargs))

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._ask("set_many", data, *args, **kwargs))

    def delete_many(self, keys: Any, *args: Any, **kwargs: Any) -> None:
        self._ask("delete_many", keys, *args, **kwargs)

    def clear(self) -> None:
        self._ask("clear")

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        global _silent_until
        if time.monotonic() >= _silent_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                _silent_until = time.monotonic() + PAUSE
                logger.warning("Cache unreachable (%s): using memory", type(error).__name__)
        return getattr(self._standby, name)(*args, **kwargs)
