"""Accounts: which user a username and a password belong to.

Each authentication reads the user's row. A credential that was verified a short while ago is
remembered together with the hash it matched, and is accepted as long as the row still holds that
hash: a changed password takes effect at once, in every process, and so does it if a user is
disabled or deleted. Any other credential costs one argon2 verification, and the same one if the
user is unknown or disabled or the password is one that nobody can have, so that the time an answer
takes gives nothing away.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from argon2 import PasswordHasher

from todo_api.identity.credentials import RememberedCredentials
from todo_api.identity.hashing import HashingPool, OverloadedError
from todo_api.identity.passwords import MAX_LENGTH, MIN_LENGTH, has_unusable_characters, normalize
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    TransactionLostError,
    UserRow,
    select_enabled_user,
    update_user,
)

T = TypeVar("T")

MOST_VERIFYING = 40
"""Credentials that may be under verification at once, or wait for it: half a second's work."""

log = logging.getLogger(__name__)


class User(NamedTuple):
    """An authenticated user."""

    id: int
    username: str


class PasswordChangedError(TransactionLostError):
    """A stored password hash was replaced after a password had been verified against it.

    Like any lost transaction it can be run again, and then verifies against the new hash.
    """


class RunInThread(Protocol):
    """A way to call a blocking function from the event loop, such as `asyncio.to_thread`."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Return what the call returns, or raise what it raises."""


class Accounts:
    """Authentication against the users of a database.

    `verify` belongs to the event loop. The other methods block, so other threads call them.
    """

    def __init__(
        self,
        database: Database,
        hasher: PasswordHasher,
        *,
        run_in_thread: RunInThread = asyncio.to_thread,
        remember_seconds: float = 300,
        demo: bool = False,
    ) -> None:
        """Use the hasher's costs for new hashes and `run_in_thread` for the database.

        `demo` accepts passwords shorter than the rules allow, such as the demo's own.
        """
        self._database = database
        self._hashing = HashingPool(hasher)
        self._run_in_thread = run_in_thread
        self._remembered = RememberedCredentials(remember_seconds)
        self._min_length = 1 if demo else MIN_LENGTH
        self._verifying: dict[tuple[bytes, str], asyncio.Task[set[str]]] = {}
        # Verified in place of a user who does not exist, so that the answer takes as long.
        self._nobody = UserRow(
            id=0, username="", email=None, password_hash=self._hashing.hash_nothing()
        )

    def recall(self, username: str, password: str) -> User | None:
        """Return the user that a credential belongs to, if it was verified a short while ago.

        This reads one row. None means that the credential has to be verified.
        """
        row = self._select_user(username)
        if row is None:
            return None
        credential = self._remembered.digest(username, normalize(password))
        if not self._remembered.has(credential, row.password_hash):
            return None
        return User(row.id, row.username)

    async def verify(self, username: str, password: str, *, client: str = "") -> User | None:  # noqa: ARG002 - an authenticator's interface
        """Return the user that a credential belongs to, or None."""
        password = normalize(password)
        row = await self._run_in_thread(partial(self._select_user, username))
        if row is None or not self._is_possible(password):
            row = self._nobody
        credential = self._remembered.digest(username, password)
        if self._remembered.has(credential, row.password_hash):
            return User(row.id, row.username)
        matched = await self._verify_once(credential, row, password)
        if not matched:
            return None
        # That took a while: the password may have been changed, or the account deleted.
        now = await self._run_in_thread(partial(self._select_user, username))
        if now is None or now.id != row.id or now.password_hash not in matched:
            return None
        return User(row.id, row.username)

    def hash_password(self, password: str) -> str:
        """Return the hash to store for a password. Raises `OverloadedError`."""
        return self._hashing.wait_for_hash(normalize(password))

    def verify_password(self, password_hash: str, password: str) -> bool:
        """Tell whether a password matches a stored hash. Raises `OverloadedError`."""
        return self._hashing.wait_for_verification(password_hash, normalize(password))

    def close(self) -> None:
        """End the threads that hash, and cancel what waits for them."""
        self._hashing.close()

    async def _verify_once(self, credential: bytes, row: UserRow, password: str) -> set[str]:
        """Verify a credential; simultaneous requests with the same one share the result."""
        key = (credential, row.password_hash)
        task = self._verifying.get(key)
        if task is None:
            if len(self._verifying) >= MOST_VERIFYING:
                raise OverloadedError
            task = asyncio.create_task(self._verify(credential, row, password))
            task.add_done_callback(lambda _: self._verifying.pop(key))
            self._verifying[key] = task
        # If one client disconnects, the others still get the result.
        return await asyncio.shield(task)

    async def _verify(self, credential: bytes, row: UserRow, password: str) -> set[str]:
        """Verify a credential, remember it, and renew a hash that was made at other costs.

        Returns the hashes that the credential matches: none, the stored one, or that and the
        renewed one.
        """
        if not await self._hashing.verify(row.password_hash, password):
            return set()
        matched = {row.password_hash}
        self._remembered.add(credential, row.password_hash)
        if self._hashing.is_outdated(row.password_hash):
            renewed = await self._hashing.hash(password)
            if await self._run_in_thread(partial(self._replace_hash, row, renewed)):
                self._remembered.add(credential, renewed)
                matched.add(renewed)
        return matched

    def _is_possible(self, password: str) -> bool:
        """Tell whether the rules let anybody have this password."""
        fits = self._min_length <= len(password) <= MAX_LENGTH
        return fits and not has_unusable_characters(password)

    def _select_user(self, username: str) -> UserRow | None:
        if has_unusable_characters(username):
            return None  # PostgreSQL would refuse the statement.
        with self._database.snapshot() as db:
            return select_enabled_user(db, username)

    def _replace_hash(self, row: UserRow, renewed: str) -> bool:
        """Store a renewed hash and return True, unless the password has been changed since."""

        def replace() -> bool:
            with self._database.transaction() as db:
                changes = {"password_hash": renewed}
                return update_user(db, row.id, changes, known_hash=row.password_hash) is not None

        try:
            return self._database.retrying(replace)
        except DatabaseUnavailableError:
            # The password is right all the same. A later login will renew the hash.
            log.warning("The password hash of %s could not be renewed.", row.username)
            return False
