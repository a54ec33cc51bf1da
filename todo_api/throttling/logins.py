"""Slowing down whoever guesses passwords, and nobody else.

Failed logins are counted for each account from each address, for each address, and for each site:
an IPv6 network of 48 bits, in which one customer may have 65,536 addresses as they are counted
here. Whoever has failed too often waits until the window of time has ended; the more failures, the
longer the window.
An account is never locked as such: its user comes in from any other address. Who has logged in to
an account from an address before is not held up by others' failures from there.

Nobody learns who that is: where others would have to wait, whoever is known there and gives a wrong
password gets the same answer as they do.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from todo_api.throttling.addresses import bucket_of, site_of
from todo_api.throttling.windows import Counters, Window, count_in, seconds_left

OF_ACCOUNT = (Window(5, 60), Window(10, 600), Window(20, 3600))
"""Failures at one account from one address."""
OF_ADDRESS = (Window(20, 60), Window(60, 600), Window(200, 3600), Window(1000, 86400))
"""Failures from one address, whatever the accounts."""
OF_SITE = (Window(100, 60), Window(300, 600), Window(1000, 3600), Window(5000, 86400))
"""Failures from all the addresses of an IPv6 site: a site may be a campus, and so has more."""
MOST_FAMILIAR = 20_000
"""Pairs of an account and an address that are known to belong together."""
FAMILIAR_SECONDS = 30 * 86400
"""How long they are known after the last time that a password was verified."""


class ThrottledError(Exception):
    """There were too many failed logins."""

    def __init__(self, seconds: int) -> None:
        """Take how long to wait."""
        super().__init__(f"Too many failed logins: wait for {seconds} seconds.")
        self.seconds = seconds


class LoginThrottle:
    """Counts failed logins; it belongs to the event loop."""

    def __init__(
        self,
        counters: Counters,
        *,
        of_account: tuple[Window, ...] = OF_ACCOUNT,
        of_address: tuple[Window, ...] = OF_ADDRESS,
        of_site: tuple[Window, ...] = OF_SITE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where is counted, how often an account, an address and a site may fail, a clock."""
        self._counters = counters
        self._of_account = of_account
        self._of_address = of_address
        self._of_site = of_site
        self._monotonic = monotonic
        self._familiar: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def check(self, account: str, address: str) -> int:
        """Return the rank of a login among those that wait: the lower, the more trusted.

        An account that is known at an address has the rank -1. Any other has the number of
        failures of its site, so that whoever guesses stands behind everybody who does not.

        Raises:
            ThrottledError: if the login has to wait.

        """
        bucket, name = bucket_of(address), _digest(account)
        is_familiar = self._is_familiar(name, bucket)
        place = await self._tally_of_place(address)
        if place.wait is not None:
            among_known = await self._tally(self._of_account, _KNOWN, bucket, name)
            if not is_familiar or among_known.wait is not None:
                raise ThrottledError(place.wait)
            return -1
        tally = await self._tally(self._of_account, _LOGIN, bucket, name)
        if tally.wait is not None:
            raise ThrottledError(tally.wait)
        return -1 if is_familiar else place.failures + tally.failures

    async def fail(self, account: str, address: str) -> None:
        """Count a failure.

        Raises:
            ThrottledError: if only an account that is known at the address could log in: nothing
                counts then that would show later that this one is.

        """
        bucket, name = bucket_of(address), _digest(account)
        place = await self._tally_of_place(address)
        if place.wait is not None:
            await self._count(self._of_account, _KNOWN, bucket, name)
            raise ThrottledError(place.wait)
        for windows, where in self._places(address):
            await self._count(windows, _LOGIN, where)
        await self._count(self._of_account, _LOGIN, bucket, name)

    def succeed(self, account: str, address: str) -> None:
        """Know an account at an address from now on.

        Failures stay counted: whoever guesses there would see that they were forgiven.
        """
        pair = _digest(account), bucket_of(address)
        self._familiar[pair] = self._monotonic() + FAMILIAR_SECONDS
        self._familiar.move_to_end(pair)
        if len(self._familiar) > MOST_FAMILIAR:
            self._familiar.popitem(last=False)

    def _is_familiar(self, name: str, bucket: str) -> bool:
        return self._familiar.get((name, bucket), 0.0) > self._monotonic()

    def _places(self, address: str) -> list[tuple[tuple[Window, ...], str]]:
        """Return where a login comes from, and how often logins from there may fail."""
        bucket, site = bucket_of(address), site_of(address)
        places = [(self._of_address, bucket)]
        return places if site == bucket else [*places, (self._of_site, site)]

    async def _tally_of_place(self, address: str) -> "_Tally":
        """Return the failures of the widest place, and the longest wait of any."""
        tallies = [
            await self._tally(windows, _LOGIN, where) for windows, where in self._places(address)
        ]
        waits = [tally.wait for tally in tallies if tally.wait is not None]
        return _Tally(tallies[-1].failures, max(waits, default=None))

    async def _tally(self, windows: tuple[Window, ...], *names: str) -> "_Tally":
        failures = 0
        full = None
        for window in windows:
            failures = await self._counters.get(window.key(*names))
            if failures >= window.most:
                full = window
        if full is None:
            return _Tally(failures, None)
        return _Tally(failures, await seconds_left(self._counters, full, *names))

    async def _count(self, windows: tuple[Window, ...], *names: str) -> None:
        for window in windows:
            await count_in(self._counters, window, *names)


class _Tally(NamedTuple):
    """How often logins have failed in the longest window, and how long they have to wait."""

    failures: int
    wait: int | None
    """Seconds; None if no window is full."""


_LOGIN = "login"
_KNOWN = "known"
"""Failures where only accounts that are known at an address can log in; counted apart."""


def _digest(account: str) -> str:
    """Return what stands for an account: of one length, and no password typed in its place."""
    return blake2b(account.encode(errors="surrogatepass"), digest_size=16).hexdigest()
