"""Group commit: writers who queue share a transaction, and with it one wait for the disk.

A commit waits until the disk has the data, which takes longer than the statements before it. So
a writer who is done while others queue does not commit: it hands the open transaction on and
waits. The one behind whom nobody queues commits for all of them, and only then do all return.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from todo_api.storage.engine.errors import DatabaseUnavailableError, TransactionLostError
from todo_api.storage.engine.fair_lock import FairLock

# A group ends here even if others queue, because its first member waits for its last one.
MOST_MEMBERS = 64
LONGEST = 0.05  # seconds


class Group:
    """A transaction and its members, each of whom writes on top of what the former ones wrote."""

    def __init__(self, transaction: AbstractContextManager[Connection]) -> None:
        """Begin the transaction, which `end` ends."""
        self._transaction = transaction
        self.db = transaction.__enter__()
        # Runs the statements on savepoints in a fifth of the time that SQLAlchemy takes.
        self._driver: Any = self.db.connection.dbapi_connection
        self._size = 0
        self._closing_time = time.monotonic() + LONGEST
        self._failure: BaseException | None = None
        self._loss: type[DatabaseUnavailableError] = TransactionLostError
        self._ended = Event()

    def begin(self) -> None:
        """Mark where a member's work begins; the first one's begins where the transaction does."""
        if self._size:
            self._driver.execute("SAVEPOINT member")

    def keep(self) -> None:
        """Add the member's work to what will be committed."""
        if not self._driver.in_transaction:
            raise DatabaseUnavailableError("SQLite has rolled back the whole transaction.")
        if self._size:
            self._driver.execute("RELEASE member")
        self._size += 1

    def undo(self, error: BaseException, *, is_outage: bool) -> None:
        """Take the member's work back, or give the group up when nothing else is in it.

        An outage ends it as well: SQLite may answer it by rolling back everything
        (https://www.sqlite.org/lang_transaction.html, section 3).
        """
        self._failure = error
        if self._size and self._driver.in_transaction and not is_outage:
            self._driver.execute("ROLLBACK TO member")
            self._driver.execute("RELEASE member")
            self._failure = None

    def may_grow(self) -> bool:
        """Tell whether another member may follow."""
        return (
            self._failure is None
            and self._size < MOST_MEMBERS
            and time.monotonic() < self._closing_time
        )

    def end(self) -> None:
        """Commit, or roll back what was given up, and let all members go."""
        try:
            if self._failure is None:
                self._transaction.__exit__(None, None, None)
            else:
                failure = self._failure
                self._transaction.__exit__(type(failure), failure, failure.__traceback__)
        except BaseException as error:
            self._failure = error
            self._loss = (
                DatabaseUnavailableError  # whether the disk has it is not known: no second attempt
            )
            raise
        finally:
            self._ended.set()

    def wait(self) -> None:
        """Wait until the group has ended.

        Raises `DatabaseUnavailableError` unless its work is durable.
        """
        self._ended.wait()
        if self._failure is not None:
            raise self._loss(
                f"The transaction shared with other writers failed: {self._failure}"
            ) from self._failure


class GroupCommit:
    """The writers of this process."""

    def __init__(
        self,
        name: str,
        transaction: Callable[[], AbstractContextManager[Connection]],
        diagnose: Callable[[DBAPIError], type[DatabaseUnavailableError] | None],
    ) -> None:
        """Take from a backend its name, its transactions and its judgement of errors."""
        self._name = name
        self._transaction = transaction
        self._diagnose = diagnose
        self._turnstile = FairLock()
        self._group: Group | None = None  # belongs to the one in the turnstile

    @contextmanager
    def member(self, patience: float) -> Iterator[Connection]:
        """Queue for at most `patience` seconds, write, and return when it is durable.

        An exception takes back this member's work alone. It too gets out after the commit,
        because it may rest on what others wrote: no username is taken before that. A block must
        not wait for another thread to have written, which may be a member of the same group.
        Raises `DatabaseUnavailableError`, and `TransactionLostError` when another member failed.
        """
        if not self._turnstile.enter(patience):
            raise DatabaseUnavailableError(
                f"{self._name} is unavailable: too many writers are queueing."
            )
        group = self._join()
        try:
            group.begin()
            yield group.db
            group.keep()
        except BaseException as error:
            group.undo(error, is_outage=self._is_outage(error))
            raise
        finally:
            self._part_from(group)

    def _join(self) -> Group:
        """Return the group that was handed on, or found one."""
        try:
            self._group = self._group or Group(self._transaction())
        except BaseException:
            self._turnstile.leave()
            raise
        return self._group

    def _part_from(self, group: Group) -> None:
        """Hand the group on to the next one in the queue, or end it."""
        if group.may_grow() and self._turnstile.hand_on():
            group.wait()
            return
        self._group = None
        try:
            group.end()
        finally:
            self._turnstile.leave()

    def _is_outage(self, error: BaseException) -> bool:
        return isinstance(error, DBAPIError) and self._diagnose(error) is not None
