"""Counters that processes share, in Redis.

If Redis cannot be reached, each process counts by itself until it can: nobody is let in without
limit, nobody is locked out, and an outage costs a request half a second at most, once in a while.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from todo_api.throttling.memory import MemoryCounters
from todo_api.throttling.windows import Counters

T = TypeVar("T")

ANSWER_SECONDS = 0.5
"""How long Redis may take to be reached, and to answer."""
RETRY_SECONDS = 10
"""How long Redis is left alone after it failed."""

log = logging.getLogger(__name__)


class SharedCounters:
    """Counters in Redis; those of this process while Redis fails."""

    def __init__(self, url: str) -> None:
        """Take the URL; nothing is connected before something is counted."""
        # Imported only where they are used: this takes 90 ms, and some megabytes.
        from limits.aio.storage import RedisStorage  # noqa: PLC0415
        from redis.asyncio import ConnectionPool  # noqa: PLC0415

        self._connections = ConnectionPool.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
        options: dict[str, Any] = {"connection_pool": self._connections}
        self._redis = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix="todo-api", **options
        )
        self._failures: tuple[type[Exception], ...] = (
            *_tuple(self._redis.base_exceptions),
            OSError,
            TimeoutError,
        )
        self._own = MemoryCounters()
        self._failing_until = 0.0

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter, and return it."""
        return await self._ask(lambda counters: counters.incr(key, expiry, amount))

    async def get(self, key: str) -> int:
        """Return a counter, 0 if there is none."""
        return await self._ask(lambda counters: counters.get(key))

    async def get_expiry(self, key: str) -> float:
        """Return when a counter will be forgotten, in seconds since 1970."""
        return await self._ask(lambda counters: counters.get_expiry(key))

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.disconnect()

    async def _ask(self, question: Callable[[Counters], Awaitable[T]]) -> T:
        failing = self._failing_until
        if failing > time.monotonic():
            return await question(self._own)
        try:
            answer = await question(self._redis)
        except self._failures as failure:
            self._failing_until = time.monotonic() + RETRY_SECONDS
            if not failing:
                log.warning(
                    "The Redis of TODO_THROTTLE_URL fails, so that each process counts logins and"
                    " requests by itself until it answers again: %s",
                    type(failure).__name__,
                )
            return await question(self._own)
        if failing:
            self._failing_until = 0.0
            log.warning("The Redis of TODO_THROTTLE_URL answers again.")
        return answer


def counters_at(url: str | None) -> MemoryCounters | SharedCounters:
    """Return the counters in Redis at a URL, or those of this process if there is none."""
    return MemoryCounters() if url is None else SharedCounters(url)


def _tuple(
    kinds: type[Exception] | tuple[type[Exception], ...],
) -> tuple[type[Exception], ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)
