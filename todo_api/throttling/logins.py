"""Slowing down whoever guesses passwords, and nobody else.

Failed logins are counted for each account from each address, for each address, and for each site:
an IPv6 network of 48 bits, in which one customer may have 65,536 addresses as they are counted
here. Whoever has failed too often waits until the window of time has ended; the more failures, the
longer the window.
An account is never locked as such: its user comes in from any other address. Who has logged in to
an account from an address before is not held up by others' failures from there.
"""

from collections import OrderedDict
from hashlib import blake2b

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
    ) -> None:
        """Take where is counted, and how often an account, an address and a site may fail."""
        self._counters = counters
        self._of_account = of_account
        self._of_address = of_address
        self._of_site = of_site
        self._familiar: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def check(self, account: str, address: str) -> int:
        """Return the rank of a login among those that wait: the lower, the more trusted.

        An account that is known at an address has the rank -1. Any other has the number of
        failures of its site, so that whoever guesses stands behind everybody who does not.

        Raises:
            ThrottledError: if the login has to wait.

        """
        bucket, name = bucket_of(address), _digest(account)
        is_familiar = (name, bucket) in self._familiar
        failures = 0
        if not is_familiar:
            for windows, place in self._places(address):
                failures = await self._refuse(windows, place)  # the last place is the widest
        failures += await self._refuse(self._of_account, bucket, name)
        return -1 if is_familiar else failures

    async def fail(self, account: str, address: str) -> None:
        """Count a failure."""
        bucket, name = bucket_of(address), _digest(account)
        for windows, place in self._places(address):
            for window in windows:
                await count_in(self._counters, window, "login", place)
        for window in self._of_account:
            await count_in(self._counters, window, "login", bucket, name)

    async def succeed(self, account: str, address: str) -> None:
        """Forgive the failures at an account from an address, and know them from now on."""
        bucket, name = bucket_of(address), _digest(account)
        self._familiar[name, bucket] = None
        self._familiar.move_to_end((name, bucket))
        if len(self._familiar) > MOST_FAMILIAR:
            self._familiar.popitem(last=False)
        for window in self._of_account:
            await self._counters.clear(window.key("login", bucket, name))

    def _places(self, address: str) -> list[tuple[tuple[Window, ...], str]]:
        """Return where a login comes from, and how often logins from there may fail."""
        bucket, site = bucket_of(address), site_of(address)
        places = [(self._of_address, bucket)]
        return places if site == bucket else [*places, (self._of_site, site)]

    async def _refuse(self, windows: tuple[Window, ...], *names: str) -> int:
        """Return the failures in the longest window; raise `ThrottledError` if one is full."""
        failures = 0
        full = None
        for window in windows:
            failures = await self._counters.get(window.key("login", *names))
            if failures >= window.most:
                full = window
        if full is not None:
            raise ThrottledError(await seconds_left(self._counters, full, "login", *names))
        return failures


def _digest(account: str) -> str:
    """Return what stands for an account: of one length, and no password typed in its place."""
    return blake2b(account.encode(errors="surrogatepass"), digest_size=16).hexdigest()
