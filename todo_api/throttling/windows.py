"""Windows of time in which is counted how often something happened."""

import math
import re
import time
from typing import NamedTuple, Protocol

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Counters(Protocol):
    """Numbers by name, each of which is forgotten after a while; `limits` has such storages."""

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a number, and return it; it is forgotten `expiry` seconds after it was new."""

    async def get(self, key: str) -> int:
        """Return a number, 0 if there is none."""

    async def get_expiry(self, key: str) -> float:
        """Return when a number will be forgotten, in seconds since 1970."""


class Window(NamedTuple):
    """So many times in so many seconds, which begin with the first time."""

    most: int
    seconds: int

    def key(self, *names: str) -> str:
        """Return the name of the counter for whatever `names` stand for together."""
        return "/".join((str(self.seconds), *names))


async def count_in(counters: Counters, window: Window, *names: str, amount: int = 1) -> int:
    """Count something that happens now; return how often it has happened in the window."""
    return await counters.incr(window.key(*names), window.seconds, amount)


async def seconds_left(counters: Counters, window: Window, *names: str) -> int:
    """Return after how many seconds, one at least, the window ends."""
    left = await counters.get_expiry(window.key(*names)) - time.time()
    return min(max(1, math.ceil(left)), window.seconds)


def read_window(text: str) -> Window:
    """Read a window such as `600/minute`. Raises ValueError, with what is wanted."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})\s*/\s*(second|minute|hour|day)", text.strip())
    if match is None:
        raise ValueError("a number for each second, minute, hour or day, such as 600/minute")
    return Window(int(match[1]), _UNITS[match[2]])
