"""Accounts: which user a username and a password belong to.

Each authentication reads the user's row. A credential that was verified a short while ago is
remembered together with the hash it matched, and is accepted as long as the row still holds that
hash: a changed password takes effect at once, in every process, and so does it if a user is
disabled or deleted. Any other credential costs one argon2 verification, and the same one if the
user is unknown or disabled or the password is one that nobody can have, so that the time an answer
takes gives nothing away.

What is not remembered is throttled: whoever failed too often has to wait, and whoever failed before
stands behind those who did not. So nobody who guesses keeps others from logging in.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from argon2 import PasswordHasher

from todo_api.contract import Caller, wait_for
from todo_api.identity.choices import Choices
from todo_api.identity.credentials import RememberedCredentials
from todo_api.identity.hashing import THREADS, HashingPool
from todo_api.identity.passwords import MAX_LENGTH, MIN_LENGTH, has_unusable_characters, normalize
from todo_api.identity.stand_ins import StandIns
from todo_api.identity.turns import OverloadedError, Turns
from todo_api.identity.user import User
from todo_api.monitoring import Outcome, record
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    TransactionLostError,
    UserRow,
    select_enabled_user,
    update_user,
)
from todo_api.throttling import ChoiceThrottle, LoginThrottle, ThrottledError, counters_at

T = TypeVar("T")

MOST_WAITING = 100
"""Credentials that may wait for their verification: less than two seconds' work."""

LEAST_REFUSAL_SECONDS = 0.25
"""How long whoever has failed too often waits for that answer; more, where hashing takes longer."""

NOWHERE = Caller(address="", request_id="")
"""Where a login comes from whose client is not known."""

log = logging.getLogger(__name__)

DEMO_USERNAME = "miguel"
"""The article's user, whom the demo has."""


class Login(NamedTuple):
    """An attempt to log in."""

    username: str
    row: UserRow | None
    """The user, None if there is none of this name."""
    origin: Caller


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
        throttle: LoginThrottle | None = None,
        choices: Choices | None = None,
        run_in_thread: RunInThread = asyncio.to_thread,
        remember_seconds: float = 300,
        demo: bool = False,
    ) -> None:
        """Use the hasher's costs for new hashes and `run_in_thread` for the database.

        `throttle` slows down whoever guesses, `choices` whoever chooses passwords; without them,
        both are counted here.

        `demo` accepts passwords shorter than the rules allow, such as the demo's own, and shares
        the account of `DEMO_USERNAME`.
        """
        self._database = database
        self._hashing = HashingPool(hasher)
        self._run_in_thread = run_in_thread
        self._remembered = RememberedCredentials(remember_seconds)
        self._min_length = 1 if demo else MIN_LENGTH
        self._demo = demo
        self._verifying: dict[tuple[bytes, str], asyncio.Task[set[str]]] = {}
        self._throttle = throttle or LoginThrottle(counters_at(None))
        self.choices = choices or Choices(ChoiceThrottle(counters_at(None)))
        self._turns = Turns(THREADS, most_waiting=MOST_WAITING)
        self._stand_ins = StandIns(self._hashing.hash_nothing())
        self._refusal_seconds = LEAST_REFUSAL_SECONDS

    @property
    def waiting(self) -> int:
        """How many credentials wait to be verified."""
        return self._turns.waiting

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
        return User(row.id, row.username, row.list_id, row.password_hash)

    async def verify(
        self, username: str, password: str, *, client: Caller = NOWHERE
    ) -> User | None:
        """Return the user that a credential belongs to, or None.

        Raises:
            ThrottledError: if there were too many failures.
            OverloadedError: if too many wait to be verified.

        """
        begun = time.monotonic()
        password = normalize(password)
        row, stand_in = await self._run_in_thread(partial(self._select_for_login, username))
        credential = self._remembered.digest(username, password)
        if row is not None and self._remembered.has(credential, row.password_hash):
            return User(row.id, row.username, row.list_id, row.password_hash)
        password_hash = stand_in
        if row is not None:
            is_possible = self._is_possible(password)
            password_hash = (
                row.password_hash
                if is_possible
                else self._stand_ins.like(row.password_hash, username)
            )
        login = Login(username, row, client)
        try:
            rank = await self._throttle.check(username, client.address)
            matched = await self._verify_once(login, rank, credential, password_hash, password)
        except (ThrottledError, OverloadedError) as refused:
            reason = "overload" if isinstance(refused, OverloadedError) else "too many failures"
            self._record(login, "refused", reason=reason)
            if isinstance(refused, ThrottledError):
                # Some are refused after their password was verified, the others must not tell.
                await asyncio.sleep(begun + self._refusal_seconds - time.monotonic())
            raise
        if row is None or not matched:
            return None
        # That took a while: the password may have been changed, or the account deleted.
        now = await self._run_in_thread(partial(self._select_user, username))
        if now is None or now.id != row.id or now.password_hash not in matched:
            return None
        return User(row.id, row.username, row.list_id, now.password_hash)

    def holds(self, user: User, username: str, password: str) -> bool:  # noqa: ARG002 - an authenticator's interface
        """Tell whether a user is still there, with the password that was verified."""
        row = self._select_user(username)
        return row is not None and (row.id, row.password_hash) == (user.id, user.password_hash)

    def hash_password(self, password: str) -> str:
        """Return the hash to store for a password."""
        return self._hashing.wait_for_hash(normalize(password))

    def is_shared(self, username: str) -> bool:
        """Tell whether everybody uses this account, as that of the demo."""
        return self._demo and username == DEMO_USERNAME

    def remember(self, username: str, password: str, password_hash: str) -> None:
        """Remember a password that was just stored, so that its user need not be verified."""
        credential = self._remembered.digest(username, normalize(password))
        self._remembered.add(credential, password_hash)

    def confirm(self, row: UserRow, password: str, *, client: Caller) -> bool:
        """Tell whether a password is a user's current one; a wrong one counts like a failed login.

        It is called in a worker. A password that is remembered is right, whatever
        others guess. Raises `ThrottledError` if there were too many failures otherwise.
        """
        credential = self._remembered.digest(row.username, normalize(password))
        if self._remembered.has(credential, row.password_hash):
            return True
        wait_for(self._throttle.check(row.username, client.address))
        if self.verify_password(row.password_hash, password):
            return True
        wait_for(self._throttle.fail(row.username, client.address))
        return False

    def verify_password(self, password_hash: str, password: str) -> bool:
        """Tell whether a password matches a stored hash."""
        return self._hashing.wait_for_verification(password_hash, normalize(password))

    def close(self) -> None:
        """End the threads that hash, and cancel what waits for them."""
        self._hashing.close()

    async def _verify_once(
        self, login: Login, rank: int, credential: bytes, password_hash: str, password: str
    ) -> set[str]:
        """Verify a credential; simultaneous requests with the same one share the result."""
        key = (credential, password_hash)
        task = self._verifying.get(key)
        if task is None:
            verification = self._verify(login, rank, credential, password_hash, password)
            task = asyncio.create_task(verification)
            task.add_done_callback(partial(self._end, key))
            self._verifying[key] = task
        # If one client disconnects, the others still get the result.
        return await asyncio.shield(task)

    def _end(self, key: tuple[bytes, str], task: asyncio.Task[set[str]]) -> None:
        self._verifying.pop(key)
        if not task.cancelled():
            task.exception()  # Perhaps all who asked have gone: it is not missed then.

    async def _verify(
        self, login: Login, rank: int, credential: bytes, password_hash: str, password: str
    ) -> set[str]:
        """Verify a credential, remember it, and renew a hash that was made at other costs.

        Returns the hashes that the credential matches: none, the stored one, or that and the
        renewed one.
        """
        address = login.origin.address
        async with self._turns.taken(rank):
            # While this one waited, others may have failed.
            await self._throttle.check(login.username, address)
            begun = time.monotonic()
            is_right = await self._hashing.verify(password_hash, password)
            seconds = time.monotonic() - begun
            self._refusal_seconds = max(
                LEAST_REFUSAL_SECONDS, 0.9 * self._refusal_seconds, 4 * seconds
            )
            if not is_right or login.row is None:
                await self._throttle.fail(login.username, address)
        if not is_right or login.row is None:
            self._record(login, "failure")
            return set()
        self._remembered.add(credential, password_hash)
        self._throttle.succeed(login.username, address)
        self._record(login, "success")
        matched = {password_hash}
        if self._hashing.is_outdated(password_hash):
            renewed = await self._hashing.hash(password)
            if await self._run_in_thread(partial(self._replace_hash, login.row, renewed)):
                self._remembered.add(credential, renewed)
                matched.add(renewed)
        return matched

    def _record(self, login: Login, outcome: Outcome, **details: str) -> None:
        # A name that is nobody's may be a password, typed in the wrong place.
        user = None if login.row is None else login.row.username
        record("login", login.origin, outcome, user=user, **details)

    def _is_possible(self, password: str) -> bool:
        """Tell whether the rules let anybody have this password."""
        fits = self._min_length <= len(password) <= MAX_LENGTH
        return fits and not has_unusable_characters(password)

    def _select_user(self, username: str) -> UserRow | None:
        if has_unusable_characters(username):
            return None  # PostgreSQL would refuse the statement.
        with self._database.snapshot() as db:
            return select_enabled_user(db, username)

    def _select_for_login(self, username: str) -> tuple[UserRow | None, str]:
        """Return the user and the stand-in, both in any case: the time must not tell which."""
        if has_unusable_characters(username):
            username = ""  # PostgreSQL would refuse the statement. Nobody has this name either.
        with self._database.snapshot() as db:
            stand_in = self._stand_ins.of_unknown(db, username)
            return select_enabled_user(db, username), stand_in

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
