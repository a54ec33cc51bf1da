"""A transaction: statements that one session executes and ends together."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.errors import (
    InFailedSqlTransaction,
    InvalidSqlStatementName,
    ReadOnlySqlTransaction,
)

from todo_api.storage.engine.connection import Connection, first_row
from todo_api.storage.engine.errors import ConstraintViolatedError
from todo_api.storage.engine.postgresql.greenlets import Fiber, current_fiber
from todo_api.storage.engine.postgresql.pool import Pool
from todo_api.storage.engine.postgresql.queues import Queues
from todo_api.storage.engine.postgresql.session import (
    ROLLBACK,
    Rows,
    ServerSilentError,
    Session,
    SessionLostError,
)
from todo_api.storage.engine.statement import Statement, Values

BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
KEEP_TO_INDEXES = (
    "SELECT set_config('enable_' || name, 'off', true)"
    " FROM unnest(ARRAY['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']) AS name"
)
LOSSES = (ReadOnlySqlTransaction, SessionLostError, ServerSilentError)
"""What tells that sessions which were made before are no better."""
COMMIT_PATIENCE = 8.0
"""A disk may take its time, and what is given up may be stored all the same."""


class Transaction:
    """A transaction, which takes a session when it has a statement to execute.

    It begins together with its first statement. If it has only read, nobody waits for its end,
    which is sent with whatever the session does next.
    """

    __slots__ = ("_has_failed", "_pool", "_queues", "_session", "_turn", "_writes")

    def __init__(self, pool: Pool, queues: Queues, *, writes: bool) -> None:
        """Take where sessions are from, and where a transaction on the event loop waits."""
        self._pool = pool
        self._queues = queues
        self._turn: tuple[Hashable, Fiber] | None = None
        self._writes = writes
        self._session: Session | None = None
        self._has_failed = False

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Execute a statement."""
        session = self._session or self._begin()
        try:
            return session.execute(sql, values, sync=self._writes)
        except psycopg.Error as error:
            self._fail(error)
            raise

    def execute_later(self, sql: str, values: Sequence[Any]) -> None:
        """Execute a statement together with the next one, which raises what this one does."""
        (self._session or self._begin()).send(sql, values)

    def execute_both(
        self, first: str, values: Sequence[Any], second: str, others: Sequence[Any]
    ) -> tuple[Rows, Rows]:
        """Execute two statements, and wait once for the results of both."""
        session = self._session or self._begin()
        try:
            return session.execute_both(first, values, second, others, sync=self._writes)
        except psycopg.Error as error:
            self._fail(error)
            raise

    def queue_for(self, what: Hashable) -> None:
        """Wait on the event loop for others there who are about to change the same.

        Whoever has a session does not: it would keep that from those whose turn it is.
        """
        fiber = current_fiber() if self._writes else None
        if fiber is None or self._session is not None or self._turn is not None:
            return
        if self._queues.enter(what, fiber):
            self._turn = what, fiber

    def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each of many rows of values."""
        session = self._session or self._begin()
        try:
            session.execute_many(sql, values)
        except psycopg.Error as error:
            self._fail(error)
            raise

    def commit(self) -> None:
        """Make sure that all that was written is stored."""
        session = self._session
        if session is None:
            self._end_turn()
            return
        if self._has_failed:
            raise InFailedSqlTransaction("a statement had failed before")
        session.send("COMMIT")
        if self._writes:
            self._wait_for_commit(session)
        self._session = None
        self._pool.give_back(session)

    def roll_back(self) -> None:
        """Undo what is not committed, without waiting for it."""
        session, self._session = self._session, None
        if session is None:
            self._end_turn()
            return
        try:
            if self._has_failed or (self._writes and not session.is_settled):
                session.sync()  # where a statement has failed, or will, the server stops until then
            if not session.is_closed:
                session.send(ROLLBACK)
                if self._has_failed or self._writes:
                    session.sync()
        except psycopg.Error:
            session.close()
        finally:
            self._end_turn()
            self._pool.give_back(session)

    def _begin(self) -> Session:
        session = self._session = self._pool.take()
        session.begin(BEGIN_WRITING if self._writes else BEGIN_READING)
        return session

    def _wait_for_commit(self, session: Session) -> None:
        session.sync()
        self._end_turn()
        try:
            session.receive(COMMIT_PATIENCE)
        except SessionLostError as error:  # perhaps after the commit: no second attempt
            self._fail(error)
            raise psycopg.OperationalError(f"a commit has had no answer: {error}") from error
        except psycopg.IntegrityError as error:
            self._fail(error)
            raise ConstraintViolatedError(str(error)) from error
        except psycopg.Error as error:
            self._fail(error)
            raise

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._queues.leave(*self._turn)
            self._turn = None

    def _fail(self, error: psycopg.Error) -> None:
        self._has_failed = True
        generation = self._session.generation if self._session else 0
        if isinstance(error, LOSSES):
            self._pool.renew(generation)  # the server is gone, or takes no more writes
        elif _is_outdated(error):
            self._pool.renew(generation)
            raise SessionLostError("the tables have changed") from error


class PipelinedConnection(Connection):
    """A transaction with a server."""

    __slots__ = ()
    driver: Transaction
    is_remote = True

    def execute_later(self, statement: Statement, values: Values) -> None:
        """Execute a statement together with the next one, or with the commit."""
        compiled = self._compiled(statement)
        self.driver.execute_later(compiled.sql, compiled.bind(values))

    def both(self, first: Statement, second: Statement, values: Values) -> tuple[Any, Any]:
        """Return the first row of each of two statements, which travel together."""
        one, other = self._compiled(first), self._compiled(second)
        try:
            rows = self.driver.execute_both(
                one.sql, one.bind(values), other.sql, other.bind(values)
            )
        except psycopg.IntegrityError as error:  # of what was to be executed later
            raise ConstraintViolatedError(str(error)) from error
        return first_row(one, rows[0]), first_row(other, rows[1])

    def queue_for(self, what: Hashable) -> None:
        """Wait on the event loop for those there who are about to change the same."""
        self.driver.queue_for(what)

    def keep_to_indexes(self) -> None:
        """Have the planner leave out, until the transaction ends, what may read a whole table."""
        self.driver.execute_later(KEEP_TO_INDEXES, ())


def _is_outdated(error: psycopg.Error) -> bool:
    """Tell whether a prepared statement is gone, or its columns have got other types."""
    changed = error.diag.source_function == "RevalidateCachedQuery"  # in any language
    return changed or isinstance(error, InvalidSqlStatementName)
