"""How often passwords may be chosen, since each choice costs as much as a few logins."""

from todo_api.throttling.addresses import site_of
from todo_api.throttling.windows import Counters, Window, count_in, seconds_left

OF_USER = Window(20, 3600)
"""How often a user may change the password, or try to."""


class TooManyChoicesError(Exception):
    """Somebody has chosen passwords too often; the message says what there was too much of."""

    def __init__(self, what: str, seconds: int) -> None:
        """Take what there was too much of, and how long to wait."""
        super().__init__(what)
        self.seconds = seconds


class ChoiceThrottle:
    """Counts the choices of each user, and of strangers from each site."""

    def __init__(
        self, counters: Counters, *, of_user: Window | None = OF_USER, of_site: Window | None = None
    ) -> None:
        """Take where is counted, and how often each may choose; None is any number."""
        self._counters = counters
        self._of_user = of_user
        self._of_site = of_site

    async def count_user(self, user_id: int) -> None:
        """Count a change of password. Raises `TooManyChoicesError` beyond the limit."""
        await self._count(self._of_user, "Too many changes of your password", "user", str(user_id))

    async def count_stranger(self, address: str) -> None:
        """Count a registration. Raises `TooManyChoicesError` beyond the limit."""
        what = "Too many registrations from your address"
        await self._count(self._of_site, what, "site", site_of(address))

    async def _count(self, window: Window | None, what: str, *names: str) -> None:
        if window is None:
            return
        if await count_in(self._counters, window, "choice", *names) > window.most:
            seconds = await seconds_left(self._counters, window, "choice", *names)
            raise TooManyChoicesError(what, seconds)
