"""Group commit: waiting writers share a transaction, and with it one wait for the disk.

A commit waits until the disk has the data, which takes longer than the statements before it. So
while one transaction is being committed, the next writers queue; then all of them run on the event
loop, one after the other, in one transaction. Its commit is left to a thread, and when the disk has
it, all callers get their outcomes at once. A write therefore costs no hand-over between threads of
its own; a group costs two.

A savepoint for each of them costs a twentieth of a write, and few of them fail. So a group does
without until one of its members fails; then it is rolled back and run again, each member on a
savepoint, and so are the groups after it for a while.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from todo_api.storage.engine.errors import (
    DatabaseUnavailableError,
    TransactionLostError,
)
from todo_api.storage.engine.sqlite_file import FileConnection
from todo_api.storage.engine.unit import UNIT, Unit
from todo_api.storage.engine.write_lock import WriteLock

T = TypeVar("T")

# A group ends here even if others queue: its first member waits for its last one, and the event
# loop answers nobody else meanwhile.
MOST_MEMBERS = 64
LONGEST = 0.002  # seconds
# Between two groups the event loop goes round so often, to take in who asks again after an answer,
# unless that takes longer than this: other requests may keep it busy.
ROUNDS = 2
MOST_BETWEEN = 0.001  # seconds
ATTEMPTS = 5
CLOSING_SECONDS = 2.0
"""How long a connection that is to be closed waits for what the event loop has been told."""
CAREFUL_GROUPS = 64
"""After a member that failed, so many have savepoints: one group in so many runs twice, at most."""


class _Member:
    """A call that waits for its turn, and then for its group's commit."""

    __slots__ = ("attempts", "call", "error", "outcome", "value")

    def __init__(self, call: Callable[[], Any], outcome: asyncio.Future[Any]) -> None:
        self.call = call
        self.outcome = outcome
        self.attempts = 0
        self.value: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Hand over the outcome, unless the caller has gone."""
        if not self.outcome.done():
            if self.error is None:
                self.outcome.set_result(self.value)
            elif isinstance(self.error, StopIteration):  # no future takes it
                self.outcome.set_exception(RuntimeError(f"A function raised {self.error!r}."))
            else:
                self.outcome.set_exception(self.error)

    def fail(self, error: BaseException) -> None:
        """Fail, whatever the call's own outcome was: it may rest on what was never stored."""
        self.error = error
        self.settle()


class GroupCommit:
    """The writers of one event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        lock: WriteLock,
        connect: Callable[[], FileConnection],
        bounded: Callable[[Callable[[], Any]], Any],
    ) -> None:
        """Take the lock that a group holds; `connect` opens the connection of all groups.

        `bounded` runs a call, and bounds the work that its statements may take.
        """
        self._loop = loop
        self._lock = lock
        self._connect = connect
        self._connection: FileConnection | None = None
        self._bounded = bounded
        self._waiting: deque[_Member] = deque()
        self._group: list[_Member] = []
        self._busy = False
        self._careful_groups = 0
        self._waits: SimpleQueue[tuple[Callable[[], object], Callable[..., None]] | None]
        self._waits = SimpleQueue()
        self._thread: Thread | None = None
        self._holds = False
        self._closed = False
        self.commits = self.committed = 0
        """How many groups were committed, and how many writes in them."""

    async def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises, when its group has been committed.

        An exception undoes this call's work alone. It, too, is raised after the commit, because
        it may rest on what other members wrote, such as a user who now has the username.

        Raises `DatabaseUnavailableError` if the group could not be committed, `WouldBlockError`
        if a statement would hold up the event loop.
        """
        outcome: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append(_Member(call, outcome))
        if not self._busy:
            self._busy = True
            # Not at once: requests that have arrived together write together.
            self._loop.call_soon(self._begin)
        return await outcome

    def close(self) -> None:
        """End the thread, after what it is waiting for, and close the connection."""
        self._closed = True
        if self._thread is None:
            self._drop()
        else:
            self._waits.put(None)

    # A group, step by step.

    def _begin(self) -> None:
        if self._closed:
            self._begun(DatabaseUnavailableError("The database was closed."))
            return
        try:
            if self._connection is None or self._lock.file.is_stale(self._connection):
                self._drop()
                self._connection = self._connect()
            self._holds = self._lock.try_begin(self._db)
        except Exception as error:  # noqa: BLE001 - it is raised where the calls were asked for
            self._begun(error)
            return
        if self._holds:
            self._run()
        else:
            self._leave_to_thread(self._begin_patiently, self._begun)

    def _begun(self, error: BaseException | None) -> None:
        if error is None and self._closed:
            self._roll_back()
            self._end()
            error = DatabaseUnavailableError("The database was closed.")
        if error is None:
            self._run()
            return
        failed, self._waiting = self._waiting, deque()
        for member in failed:
            member.fail(error)
        self._busy = False

    def _run(self) -> None:
        """Run the calls that wait, then have them committed."""
        db = self._db
        careful = self._careful_groups > 0
        closing_time = time.monotonic() + LONGEST
        while self._waiting and len(self._group) < MOST_MEMBERS:
            member = self._waiting.popleft()
            if member.outcome.done():
                continue  # whoever asked has gone
            outage = self._attempt(member, db, careful=careful)
            if outage is not None:
                self._give_up(member, outage)
                return
            if member.error is not None and not careful:
                self._start_over(member)
                return
            self._group.append(member)
            if time.monotonic() > closing_time:
                break
        self._careful_groups -= careful
        self._leave_to_thread(self._commit, partial(self._committed, db))

    def _attempt(
        self, member: _Member, db: FileConnection, *, careful: bool
    ) -> BaseException | None:
        """Run a call; return what makes the whole group fail, if anything does.

        If it is ``careful``, the call has a savepoint, and what it did is undone if it fails.
        """
        driver = db.driver
        try:
            if careful:
                driver.execute("SAVEPOINT member")
            self._call(member, db)
            # SQLite may answer an outage by rolling back everything
            # (https://www.sqlite.org/lang_transaction.html, section 3).
            if not driver.in_transaction:
                return member.error or DatabaseUnavailableError("SQLite rolled back everything.")
            if member.error is not None and self._is_outage(member.error):
                return member.error
            if careful:
                if member.error is not None:
                    driver.execute("ROLLBACK TO member")
                driver.execute("RELEASE member")
        except Exception as error:  # noqa: BLE001 - it is raised where the call was asked for
            return error
        return None

    def _call(self, member: _Member, db: FileConnection) -> None:
        unit = UNIT.set(Unit(db, writes=True))
        try:
            member.value = self._bounded(member.call)
        except BaseException as error:  # noqa: BLE001 - the same
            member.error = error
        finally:
            UNIT.reset(unit)

    def _start_over(self, failed: _Member) -> None:
        """Roll a group without savepoints back, and let those who were in it before run again.

        Whoever fails alone has seen nothing but what is stored, and so has its outcome.
        """
        self._roll_back()
        if not self._group:
            self._end()
            failed.settle()
            self._next()
            return
        self._careful_groups = CAREFUL_GROUPS
        failed.error = None
        self._waiting.extendleft(reversed([*self._group, failed]))
        self._group = []
        try:
            begins = self._lock.begin_again(self._db)
        except Exception as error:  # noqa: BLE001 - it is raised where the calls were asked for
            self._end()
            self._begun(error)
            return
        if begins:
            self._run()
        else:
            self._end()
            self._next()

    def _give_up(self, struck: _Member, outage: BaseException) -> None:
        """Roll the group back, and let those who were in it before the outage try again."""
        self._roll_back()
        self._end()
        if self._is_outage(outage):
            self._drop()
        former, self._group = self._group, []
        for member in reversed(former):
            member.attempts += 1
            member.error = None
            if member.attempts < ATTEMPTS:
                self._waiting.appendleft(member)
            else:
                member.fail(TransactionLostError(f"Another writer's outage: {outage}"))
        struck.fail(outage)
        self._next()

    def _committed(self, db: FileConnection, error: BaseException | None) -> None:
        group, self._group = self._group, []
        error = error or self._loss_of(db)
        if error is None:
            self.commits += 1
            self.committed += len(group)
            for member in group:
                member.settle()
        else:
            self._drop()
            for member in group:
                # Whether the disk has it is not known: no second attempt.
                failure = self._failure_of_commit(error)
                failure.__cause__ = error
                member.fail(failure)
        self._next()

    def _failure_of_commit(self, error: BaseException) -> DatabaseUnavailableError:
        if isinstance(error, DatabaseUnavailableError):
            return DatabaseUnavailableError(str(error))
        return self._lock.file.outage(f"a commit failed: {str(error).rstrip('.')}")

    def _loss_of(self, db: FileConnection) -> DatabaseUnavailableError | None:
        """Return what to raise if what was committed is not in the file that is there."""
        try:
            self._lock.file.require_stored(db)
        except DatabaseUnavailableError as loss:
            return loss
        return None

    def _next(self) -> None:
        if self._waiting:
            until = time.monotonic() + MOST_BETWEEN
            self._loop.call_soon(self._begin_after, ROUNDS, until)
        else:
            self._busy = False

    def _begin_after(self, rounds: int, until: float) -> None:
        if rounds and time.monotonic() < until:
            self._loop.call_soon(self._begin_after, rounds - 1, until)
        else:
            self._begin()

    def _roll_back(self) -> None:
        with suppress(Exception):  # there may be nothing left to roll back
            self._db.driver.execute("ROLLBACK")

    @property
    def _db(self) -> FileConnection:
        """The connection, while there is a transaction or somebody wants to begin one."""
        if self._connection is None:
            raise DatabaseUnavailableError("The connection was lost.")
        return self._connection

    def _drop(self) -> None:
        """Close the connection: a fault of the file may have left it in any state."""
        if self._connection is not None:
            self._connection.driver.close()
            self._connection = None

    def _end(self) -> None:
        self._holds = False
        self._lock.end()

    def _is_outage(self, error: BaseException) -> bool:
        return isinstance(error, Exception) and self._lock.diagnose(error) is not None

    # The thread.

    def _leave_to_thread(self, wait: Callable[[], object], tell: Callable[..., None]) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._wait, name="commits", daemon=True)
            self._thread.start()
        self._waits.put((wait, tell))

    def _wait(self) -> None:
        """Wait for what the event loop must not wait for, and tell it how that ended."""
        while (item := self._waits.get()) is not None:
            wait, tell = item
            failure = None
            try:
                wait()
            except BaseException as error:  # noqa: BLE001 - it is raised on the event loop
                failure = error
            try:
                self._loop.call_soon_threadsafe(tell, failure)
            except RuntimeError:  # the loop was closed, and whoever asked has gone with it
                self._abandon()
        told = Event()
        try:
            # The last connection to go removes the log, where a commit may have to be looked for.
            self._loop.call_soon_threadsafe(told.set)
            told.wait(CLOSING_SECONDS)
        except RuntimeError:
            self._abandon()
        self._drop()

    def _begin_patiently(self) -> None:
        self._lock.begin(self._db)
        self._holds = True

    def _commit(self) -> None:
        try:
            # And nothing more: for each step, the thread waits until the event loop lets it go on.
            self._db.driver.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._end()

    def _abandon(self) -> None:
        """Let others write if a transaction is left that nobody will continue."""
        if self._holds:
            self._roll_back()
            self._end()
