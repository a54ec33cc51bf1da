"""Counters in the memory of this process.

The storage of this kind that `limits` has starts a thread again and again to look through all its
counters, a hundred times a second while it is used, and holds any number of them. Here counters of
one lifetime expire in the order in which they were made, so that whoever makes one removes the
oldest of those that have expired, and there is a most of them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

AT_MOST = 50_000
"""Counters, some 15 MB of them; the oldest is forgotten first."""


class MemoryCounters:
    """A bounded number of counters; it belongs to the event loop."""

    def __init__(
        self, at_most: int = AT_MOST, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Start empty, and take the clock."""
        self._at_most = at_most
        self._monotonic = monotonic
        self._counters: dict[str, tuple[int, float, int]] = {}
        self._by_lifetime: dict[int, OrderedDict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._counters)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter, and return it."""
        now = self._monotonic()
        value, ends, lifetime = self._counters.get(key, (0, 0.0, expiry))
        if ends <= now:
            self._forget(key)
            self._make_room(expiry, now)
            value, ends, lifetime = 0, now + expiry, expiry
            self._by_lifetime.setdefault(lifetime, OrderedDict())[key] = None
        value = max(value + amount, 0)
        self._counters[key] = value, ends, lifetime
        return value

    async def get(self, key: str) -> int:
        """Return a counter, 0 if there is none."""
        value, ends, _ = self._counters.get(key, (0, 0.0, 0))
        return value if ends > self._monotonic() else 0

    async def get_expiry(self, key: str) -> float:
        """Return when a counter will be forgotten, in seconds since 1970."""
        _, ends, _ = self._counters.get(key, (0, 0.0, 0))
        return time.time() + max(0.0, ends - self._monotonic())

    async def close(self) -> None:
        """Do nothing: the memory goes with the process."""

    def _make_room(self, lifetime: int, now: float) -> None:
        """Forget up to two that have expired, and the oldest of all if there are too many."""
        for keys in (self._by_lifetime.get(lifetime), *self._by_lifetime.values()):
            for _ in range(2):
                oldest = next(iter(keys), None) if keys else None
                if oldest is None or self._counters[oldest][1] > now:
                    break
                self._forget(oldest)
        if len(self._counters) >= self._at_most:
            largest = max(self._by_lifetime.values(), key=len)
            self._forget(next(iter(largest)))

    def _forget(self, key: str) -> None:
        found = self._counters.pop(key, None)
        if found is not None:
            del self._by_lifetime[found[2]][key]
