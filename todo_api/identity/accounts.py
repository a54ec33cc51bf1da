"""Accounts: whom a username and a password belong to.

Each authentication reads the user's row. A credential that was verified a short while ago is
remembered together with the hash it matched, and counts as long as the row still holds that hash:
a changed password and a deleted account take effect at once, in every process. Any other
credential costs one argon2 verification in a pool of two threads, and costs it alike when the user
is unknown, the password wrong, or the password one that nobody can have.
"""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from threading import BoundedSemaphore, Lock
from typing import NamedTuple, Protocol, TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from todo_api.identity.passwords import MAX_LENGTH, MIN_LENGTH, has_unusable_characters, normalize
from todo_api.storage import Database, DatabaseUnavailableError, UserRow, select_user, update_user

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MOST_VERIFYING = 40
"""Credentials that may be verified, or wait for it, at once: half a second's work."""
MOST_WAITING_THREADS = 3
"""Threads that may wait for argon2 at once; the others are left to requests that need none."""

log = logging.getLogger(__name__)


class User(NamedTuple):
    """Somebody who proved to be who they are."""

    id: int
    username: str


class OverloadedError(Exception):
    """More passwords are to be checked than can be in good time: the same call may work later."""


class RunInThread(Protocol):
    """A way to call a blocking function from the event loop, such as `asyncio.to_thread`."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Return what the call returns, raise what it raises."""


class RememberedCredentials:
    """Credentials that were verified a short while ago, the least recently used forgotten first.

    What is kept is a digest under a key that lives and dies with the process, never a password.
    """

    def __init__(self, seconds: float, *, at_most: int = 10_000) -> None:
        """Remember up to `at_most` credentials, each for `seconds` from its verification."""
        self._seconds = seconds
        self._at_most = at_most
        self._key = secrets.token_bytes(blake2b.MAX_KEY_SIZE)
        self._entries: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._guard = Lock()

    def digest(self, username: str, password: str) -> bytes:
        """Return what stands for a credential here."""
        credential = f"{len(username)}:{username}:{password}"
        return blake2b(_encoded(credential), key=self._key, digest_size=32).digest()

    def add(self, digest: bytes, password_hash: str) -> None:
        """Remember that a credential matched a hash."""
        with self._guard:
            self._entries[digest] = (password_hash, time.monotonic() + self._seconds)
            self._entries.move_to_end(digest)
            if len(self._entries) > self._at_most:
                self._entries.popitem(last=False)

    def has(self, digest: bytes, password_hash: str) -> bool:
        """Tell whether a credential is known to match a hash."""
        with self._guard:
            matched, expires = self._entries.get(digest, ("", 0.0))
            if matched != password_hash or expires <= time.monotonic():
                self._entries.pop(digest, None)
                return False
            self._entries.move_to_end(digest)
            return True


class Accounts:
    """Authentication against the users of a database.

    `verify` belongs to the event loop. The other methods block: they are for any other thread.
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

        Only with `demo` do passwords authenticate that are shorter than the rules allow, since
        the demo's own one is.
        """
        self._database = database
        self._hasher = hasher
        self._run_in_thread = run_in_thread
        self._remembered = RememberedCredentials(remember_seconds)
        self._min_length = 1 if demo else MIN_LENGTH
        self._verifying: dict[tuple[bytes, str], asyncio.Task[set[str]]] = {}
        self._waiting_threads = BoundedSemaphore(MOST_WAITING_THREADS)
        self._argon2 = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
        # Verified in place of a user who does not exist, so that the answer takes as long.
        self._nobody = UserRow(
            id=0, username="", email=None, password_hash=hasher.hash(secrets.token_bytes())
        )

    def recall(self, username: str, password: str) -> User | None:
        """Return the user that a credential belongs to if it was verified a short while ago.

        One row is read; None says nothing about the credential.
        """
        row = self._select_user(username)
        if row is None:
            return None
        credential = self._remembered.digest(username, normalize(password))
        if not self._remembered.has(credential, row.password_hash):
            return None
        return User(row.id, row.username)

    async def verify(self, username: str, password: str) -> User | None:
        """Return the user that a credential belongs to, None if there is none."""
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
        # It has taken a while: the password may have been changed, or the account deleted.
        now = await self._run_in_thread(partial(self._select_user, username))
        if now is None or now.id != row.id or now.password_hash not in matched:
            return None
        return User(row.id, row.username)

    def hash_password(self, password: str) -> str:
        """Return the hash to store for a password. Raises `OverloadedError`."""
        return self._wait_for(self._hash, normalize(password))

    def verify_password(self, password_hash: str, password: str) -> bool:
        """Tell whether a password matches a stored hash. Raises `OverloadedError`."""
        return self._wait_for(self._matches, password_hash, normalize(password))

    def close(self) -> None:
        """End the threads; whoever still waits for one is told that it was cancelled."""
        self._argon2.shutdown(cancel_futures=True)

    def _wait_for(self, call: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a call in the argon2 pool while a thread that others need waits for it."""
        if not self._waiting_threads.acquire(blocking=False):
            raise OverloadedError
        try:
            return self._argon2.submit(call, *args).result()
        finally:
            self._waiting_threads.release()

    async def _verify_once(self, credential: bytes, row: UserRow, password: str) -> set[str]:
        """Verify a credential; requests that bring it meanwhile share the outcome."""
        key = (credential, row.password_hash)
        task = self._verifying.get(key)
        if task is None:
            if len(self._verifying) >= MOST_VERIFYING:
                raise OverloadedError
            task = asyncio.create_task(self._verify(credential, row, password))
            task.add_done_callback(lambda _: self._verifying.pop(key))
            self._verifying[key] = task
        # A client that goes away must not take the answer from the others.
        return await asyncio.shield(task)

    async def _verify(self, credential: bytes, row: UserRow, password: str) -> set[str]:
        """Verify a credential, remember it, and renew a hash that was made with other costs.

        Returns the hashes that the credential matches: none, or the stored one, the renewed one.
        """
        in_argon2 = asyncio.get_running_loop().run_in_executor
        if not await in_argon2(self._argon2, self._matches, row.password_hash, password):
            return set()
        matched = {row.password_hash}
        self._remembered.add(credential, row.password_hash)
        if self._hasher.check_needs_rehash(row.password_hash):
            renewed = await in_argon2(self._argon2, self._hash, password)
            if await self._run_in_thread(partial(self._replace_hash, row, renewed)):
                self._remembered.add(credential, renewed)
                matched.add(renewed)
        return matched

    def _is_possible(self, password: str) -> bool:
        """Tell whether anybody can have this password."""
        fits = self._min_length <= len(password) <= MAX_LENGTH
        return fits and not has_unusable_characters(password)

    def _select_user(self, username: str) -> UserRow | None:
        if has_unusable_characters(username):
            return None  # PostgreSQL would refuse the statement.
        with self._database.snapshot() as db:
            return select_user(db, username)

    def _replace_hash(self, row: UserRow, renewed: str) -> bool:
        """Store a renewed hash, unless the password was changed meanwhile; tell if it is stored."""

        def replace() -> bool:
            with self._database.transaction() as db:
                changes = {"password_hash": renewed}
                return update_user(db, row.id, changes, known_hash=row.password_hash) is not None

        try:
            return self._database.retrying(replace)
        except DatabaseUnavailableError:
            # The password is right all the same: another login will renew the hash.
            log.warning("The password hash of %s could not be renewed.", row.username)
            return False

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_encoded(password))

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _encoded(password))
        except VerifyMismatchError:
            return False


def _encoded(text: str) -> bytes:
    """Return the text's UTF-8; lone surrogates, which match nothing, must not raise either."""
    return text.encode(errors="surrogatepass")
