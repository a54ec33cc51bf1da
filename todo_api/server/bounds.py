"""Bounds on all clients together: how many connections, and how many bytes that they do not take.

What one client may have is bounded so that others keep theirs. When a bound is met, the least is
lost that can be: of connections, one that is idle; of answers, one whose client takes nothing.
"""

import ipaddress
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Protocol

logger = logging.getLogger(__name__)

STALLED_SECONDS = 5
"""A client that has taken nothing for so long is cut off before others are."""
LOG_SECONDS = 60
"""Between two lines in the log about the same bound."""


class Most(NamedTuple):
    """The numbers."""

    connections: int = 1000
    connections_per_address: int = 256
    unsent: int = 64 * 2**20
    unsent_per_address: int = 16 * 2**20


class Client(Protocol):
    """What the bounds have to know of a connection."""

    address: str
    """Whose it is: an IPv4 address, or the network of an IPv6 address; see `whose`."""
    is_exempt: bool
    """Whether it is a proxy's, whose connections are many clients'."""

    def idle_since(self) -> float | None:
        """Return since when the service has waited for the client, None if it does not."""

    def unsent_bytes(self) -> int:
        """Return how much of its answers the client has yet to take."""

    def cut_off(self) -> None:
        """Close the connection at once."""


class Bounds:
    """Counts connections and unsent bytes, and ends what is too much."""

    def __init__(self, most: Most, now: Callable[[], float] = time.monotonic) -> None:
        """Take the numbers, and a clock."""
        self._most = most
        self._now = now
        self._by_address: defaultdict[str, set[Client]] = defaultdict(set)
        self._count = 0
        self._slow: dict[Client, _Progress] = {}
        self._log = _SeldomLog(now)

    def admit(self, client: Client) -> bool:
        """Tell whether there is room for another connection; make some if possible."""
        same = self._by_address.get(client.address, set())
        if len(same) >= self._most.connections_per_address and not client.is_exempt:
            self._log.warn(
                "%s has %d connections, the most for one address (TODO_CONNECTIONS_PER_ADDRESS).",
                client.address,
                len(same),
            )
            if not _end_idle(same):
                return False
        if not self.has_room:
            self._log.warn("There are %d connections, the most (TODO_CONNECTIONS).", self._count)
            greediest = max(self._by_address.values(), key=len)
            if not _end_idle(greediest) and not _end_idle(self._all()):
                return False
        self._by_address[client.address].add(client)
        self._count += 1
        return True

    @property
    def has_room(self) -> bool:
        """Whether another connection needs nobody to go."""
        return self._count < self._most.connections

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return self._count

    @property
    def unsent(self) -> int:
        """How many bytes slow clients have yet to take."""
        return sum(client.unsent_bytes() for client in list(self._slow))

    def forget(self, client: Client) -> None:
        """Note that a connection has ended."""
        same = self._by_address.get(client.address, set())
        if client in same:
            same.remove(client)
            self._count -= 1
            if not same:
                del self._by_address[client.address]
        self._slow.pop(client, None)

    def _all(self) -> Iterable[Client]:
        return (client for same in self._by_address.values() for client in same)

    def slow_down(self, client: Client) -> None:
        """Note that a client takes an answer more slowly than it is made."""
        self._slow[client] = _Progress(client.unsent_bytes(), self._now())
        self._cut_off_excess()

    def catch_up(self, client: Client) -> None:
        """Note that a client has taken what there was, nearly."""
        self._slow.pop(client, None)

    def _cut_off_excess(self) -> None:
        """End the answers that nobody takes until the rest is not too much."""
        self._see_progress()
        by_address: defaultdict[str, list[Client]] = defaultdict(list)
        for client in self._slow:
            by_address[client.address].append(client)
        for address, clients in by_address.items():
            bounded = [client for client in clients if not client.is_exempt]
            self._cut_off(bounded, self._most.unsent_per_address, address)
        self._cut_off(list(self._slow), self._most.unsent, "all clients")

    def _see_progress(self) -> None:
        now = self._now()
        for client, last in self._slow.items():
            unsent = client.unsent_bytes()
            if unsent != last.unsent:
                self._slow[client] = _Progress(unsent, now)

    def _cut_off(self, clients: Collection[Client], most: int, whose: str) -> None:
        left = sum(self._slow[client].unsent for client in clients)
        if left <= most:
            return
        self._log.warn(
            "%s leave more than %d bytes of answers unread (TODO_UNSENT_BYTES...):"
            " those who take nothing are cut off.",
            whose,
            most,
        )
        of_address: defaultdict[str, int] = defaultdict(int)
        for client in clients:
            of_address[client.address] += self._slow[client].unsent
        stalled_before = self._now() - STALLED_SECONDS

        def worth(client: Client) -> tuple[bool, int, float]:
            since = self._slow[client].since
            return since > stalled_before, -of_address[client.address], since

        for client in sorted(clients, key=worth):
            if left <= most:
                return
            left -= self._slow.pop(client).unsent
            client.cut_off()


class _Progress(NamedTuple):
    """How much a client had yet to take when that was last seen to have changed."""

    unsent: int
    since: float


def whose(peer: str) -> str:
    """Return by what to count a client: its IPv4 address, or its IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return peer


def _end_idle(clients: Iterable[Client]) -> bool:
    """End the connection whose client has kept the service waiting for longest, if any does."""
    idle = [(since, client) for client in clients if (since := client.idle_since()) is not None]
    if not idle:
        return False
    min(idle, key=lambda each: each[0])[1].cut_off()
    return True


class _SeldomLog:
    """Warns at most once a minute of the same thing, for the log is no place to flood either."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last: dict[str, float] = {}

    def warn(self, message: str, *about: object) -> None:
        now = self._now()
        if now - self._last.get(message, -LOG_SECONDS) >= LOG_SECONDS:
            self._last[message] = now
            logger.warning(message, *about)
