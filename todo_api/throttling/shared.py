"""Counters that processes share, in Redis.

If Redis cannot be reached, each process counts by itself until it can: nobody is let in without
limit, nobody is locked out, and an outage costs a request half a second at most, once in a while.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from todo_api.environment import SettingError
from todo_api.throttling.memory import MemoryCounters
from todo_api.throttling.windows import Counters

T = TypeVar("T")

ANSWER_SECONDS = 0.5
"""How long Redis may take to be reached, and to answer."""
RETRY_SECONDS = 10
"""How long Redis is left alone after it failed."""

log = logging.getLogger(__name__)


class CountersUnusableError(Exception):
    """Redis cannot count now; the message is a sentence that says why."""


class SharedCounters:
    """Counters in Redis; those of this process while Redis fails."""

    def __init__(self, url: str) -> None:
        """Take the URL; nothing is connected before something is counted.

        Raises `SettingError` if it cannot be read.
        """
        # Imported only where they are used: this takes 90 ms, and some megabytes.
        from limits.aio.storage import RedisStorage  # noqa: PLC0415
        from redis.asyncio import ConnectionPool  # noqa: PLC0415

        try:
            self._connections = ConnectionPool.from_url(
                url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
            )
            # This looks at the options, and connects nothing.
            self._connections.make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, ValueError):  # whose texts may hold the password
            raise SettingError(
                "TODO_THROTTLE_URL must be the URL of a Redis server, redis://:PASSWORD@HOST:6379/0,"
                " with options that it knows, if any."
            ) from None
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

    async def count_once(self) -> float:
        """Count something that is forgotten in a second; return the seconds until it was counted.

        Raises:
            CountersUnusableError: if Redis does not count it.

        """
        begun = time.monotonic()
        try:
            await self._redis.incr("check", 1)
        except self._failures as failure:
            raise CountersUnusableError(_explained(failure)) from None
        return time.monotonic() - begun

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
            if not self._failing_until:  # others may have asked at the same time
                log.warning(
                    "%s Meanwhile each process counts logins and requests by itself.",
                    _explained(failure),
                )
            self._failing_until = time.monotonic() + RETRY_SECONDS
            return await question(self._own)
        if failing and self._failing_until:
            self._failing_until = 0.0
            log.warning("The Redis of TODO_THROTTLE_URL answers again.")
        return answer


def counters_at(url: str | None) -> MemoryCounters | SharedCounters:
    """Return the counters in Redis at a URL, or those of this process if there is none."""
    return MemoryCounters() if url is None else SharedCounters(url)


def _explained(failure: Exception) -> str:
    """Say why Redis cannot count, and what to do about it."""
    from redis.exceptions import AuthenticationError, NoPermissionError  # noqa: PLC0415 - as above
    from redis.exceptions import ConnectionError as UnconnectedError  # noqa: PLC0415
    from redis.exceptions import TimeoutError as LateError  # noqa: PLC0415

    match failure.__cause__ or failure:
        case AuthenticationError() | NoPermissionError():
            return f"The Redis of TODO_THROTTLE_URL does not let its user count: {_text(failure)}."
        case LateError() | TimeoutError():
            return (
                f"The Redis of TODO_THROTTLE_URL does not answer within {ANSWER_SECONDS} seconds."
            )
        case UnconnectedError() | OSError():
            return (
                "The Redis of TODO_THROTTLE_URL cannot be reached: is it running, and are scheme,"
                " host and port those that it listens on?"
            )
        case _:
            return f"The Redis of TODO_THROTTLE_URL cannot count: {_text(failure)}."


def _text(failure: Exception) -> str:
    return str(failure).strip().rstrip(".")


def _tuple(
    kinds: type[Exception] | tuple[type[Exception], ...],
) -> tuple[type[Exception], ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)
