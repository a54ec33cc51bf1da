"""Who may choose a password now: few at once, none of them twice, and nobody without end.

To look at a password and to hash it takes a thread for a while. Whoever chooses one has a single
permit at a time, so that nobody keeps others from choosing theirs.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from todo_api.contract import Caller, wait_for
from todo_api.identity.turns import OverloadedError
from todo_api.identity.user import User
from todo_api.security_log import record
from todo_api.throttling import ChoiceThrottle, TooManyChoicesError, site_of

AT_ONCE = 4
"""Threads that choices may take; the others are left to requests that hash nothing."""


class Choices:
    """Lets users and strangers choose passwords. Its methods are called in workers."""

    def __init__(self, throttle: ChoiceThrottle) -> None:
        """Take what counts how often each of them chooses."""
        self._throttle = throttle
        self._choosing: set[Hashable] = set()
        self._guard = Lock()

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
        with self._permit(site_of(client.address)):
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
        with self._permit(user.id):
            yield

    @contextmanager
    def _permit(self, owner: Hashable) -> Iterator[None]:
        with self._guard:
            if owner in self._choosing or len(self._choosing) >= AT_ONCE:
                raise OverloadedError
            self._choosing.add(owner)
        try:
            yield
        finally:
            with self._guard:
                self._choosing.remove(owner)
