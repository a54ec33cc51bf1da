"""Who may choose a password now: few at once, none of them twice, and nobody without end.

To look at a password and to hash it takes a thread for a while. Whoever chooses one has a single
permit at a time, and all at one address have half of them, so that nobody keeps others from theirs.
Who finds no permit waits for one, in the order of arrival: others have theirs for a moment.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

from todo_api.contract import Caller, wait_for
from todo_api.identity.turns import OverloadedError
from todo_api.identity.user import User
from todo_api.monitoring import record
from todo_api.throttling import ChoiceThrottle, TooManyChoicesError, site_of

AT_ONCE = 4
"""Permits, each for a thread."""
OF_AN_ADDRESS = AT_ONCE // 2
"""Those that all at one address may have."""
MOST = 2 * AT_ONCE
"""Threads with a permit or waiting for one; the others are left to requests that hash nothing. Half
of these may be one address's."""
PATIENCE = 1.0
"""Seconds that they wait."""


class Choices:
    """Lets users and strangers choose passwords. Its methods are called in workers."""

    def __init__(self, throttle: ChoiceThrottle) -> None:
        """Take what counts how often each of them chooses."""
        self._throttle = throttle
        self._sites: dict[Hashable, str] = {}
        """By who has a permit or waits for one, in the order of arrival, where they are."""
        self._changed = Condition()

    @contextmanager
    def of_stranger(self, client: Caller, *, is_invited: bool) -> Iterator[None]:
        """Let a stranger choose; whoever is invited may do so at any time.

        Raises:
            TooManyChoicesError: if there were too many registrations from the address.
            OverloadedError: if somebody is registering from there, or too many are choosing.

        """
        if not is_invited:
            try:
                wait_for(self._throttle.count_stranger(client.address))
            except TooManyChoicesError:
                record("registration", client, "refused", reason="too many")
                raise
        with self._permit(site_of(client.address), client):
            yield

    @contextmanager
    def of_user(self, user: User, client: Caller) -> Iterator[None]:
        """Let a user choose.

        Raises:
            TooManyChoicesError: if the user did so too often.
            OverloadedError: if the user is choosing already, or too many are.

        """
        try:
            wait_for(self._throttle.count_user(user.id))
        except TooManyChoicesError:
            record("password_change", client, "refused", user=user.username, reason="too many")
            raise
        with self._permit(user.id, client):
            yield

    @contextmanager
    def _permit(self, owner: Hashable, client: Caller) -> Iterator[None]:
        site = site_of(client.address)
        with self._changed:
            sites = list(self._sites.values())
            if owner in self._sites or len(sites) >= MOST or sites.count(site) >= MOST // 2:
                raise OverloadedError
            self._sites[owner] = site
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: self._has_permit(owner), PATIENCE):
                    raise OverloadedError
            yield
        finally:
            with self._changed:
                del self._sites[owner]
                self._changed.notify_all()

    def _has_permit(self, owner: Hashable) -> bool:
        """Tell whether it is somebody's turn. Whoever has a permit keeps it, whoever goes."""
        permits: Counter[str] = Counter()
        for one, site in self._sites.items():
            if permits[site] < OF_AN_ADDRESS and permits.total() < AT_ONCE:
                if one == owner:
                    return True
                permits[site] += 1
        return False
