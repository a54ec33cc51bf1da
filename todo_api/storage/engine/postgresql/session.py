"""A session with the server, by libpq.

psycopg's cursors cost four times as much as what they make libpq do. So psycopg connects, and turns
errors and values into Python's; statements are given to libpq itself, in its pipeline mode
(https://www.postgresql.org/docs/current/libpq-pipeline-mode.html): what belongs together is sent
together, and an answer that nobody needs is not waited for.
"""

import selectors
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import NoneType
from typing import Any, NoReturn

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from todo_api.storage.engine.postgresql.greenlets import Fiber, Hub, current_fiber
from todo_api.storage.engine.postgresql.pulse import LOOKING_SECONDS, SILENCE_SECONDS, Pulse

# A session has so many statements prepared; the one used longest ago makes room for another.
MOST_PREPARED = 250
# So many rows are sent before the server's answers are waited for.
ROWS_AT_ONCE = 500

ROLLBACK = "ROLLBACK"

PIPELINE_SYNC = ExecStatus.PIPELINE_SYNC
FAILED = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED, ExecStatus.BAD_RESPONSE})
EXECUTION, KEPT, BEGINNING, SYNC = "execution", "kept", "beginning", "sync"
"""What an answer answers; the SQL of a statement stands for its preparation."""

Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # Windows has no poll
READ, READ_OR_WRITE = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


class SessionLostError(psycopg.OperationalError):
    """The session has ended without this program's doing."""


class ServerSilentError(psycopg.OperationalError):
    """The server has not answered in good time; whether it did what was asked is not known."""


class Rows:
    """What a statement returned."""

    __slots__ = ("_result", "_transformer")

    def __init__(self, result: PGresult, transformer: abc.Transformer) -> None:
        """Take libpq's result, and what knows the types."""
        self._result = result
        self._transformer = transformer

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        return self._result.command_tuples or 0

    def fetchone(self) -> Sequence[Any] | None:
        """Return the first row."""
        rows = self._load(min(self._result.ntuples, 1))
        return rows[0] if rows else None

    def fetchall(self) -> list[Sequence[Any]]:
        """Return all rows."""
        return self._load(self._result.ntuples)

    def _load(self, count: int) -> list[Any]:
        self._transformer.set_pgresult(self._result)
        return self._transformer.load_rows(0, count, tuple)


class Session:
    """A session, used by one transaction at a time.

    While it belongs to a hub, only the calls of that hub use it, on the event loop; otherwise any
    thread may.
    """

    def __init__(self, connection: psycopg.Connection[Any], pulse: Pulse) -> None:
        """Take a connection that nothing was done with, and what tells whether its server lives."""
        self.hub: Hub | None = None
        self.is_closed = False
        self.patience = 0.0
        """Seconds that the server has for an answer."""
        self.is_settled = True
        """Whether all was sent."""
        self.generation = 0
        """Given by the pool."""
        self._on_loss: Callable[[Session], None] | None = None
        self._connection = connection
        self._pulse = pulse
        self._pgconn = connection.pgconn
        self._pgconn.enter_pipeline_mode()
        self._socket = self._pgconn.socket
        self._selector = Selector()
        self._selector.register(self._socket, READ)
        self._transformer = Transformer(connection)
        self._names: OrderedDict[str, bytes] = OrderedDict()
        self._named = 0
        self._sent: deque[str] = deque()
        self._answer: PGresult | None = None
        self._result: PGresult | None = None
        self._kept: PGresult | None = None
        self._failure: PGresult | None = None
        self._loss: psycopg.Error | None = None
        self._waiting: Fiber | None = None

    # Sending. What `send` is given goes with the next of the others: one packet for all.

    def send(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Execute a statement whose result nobody asks for."""
        name = self._names.get(sql)
        if name is None:
            name = self._prepare(sql)
        else:
            self._names.move_to_end(sql)
        encoded = [_ENCODERS[type(value)](value) for value in values]
        self.is_settled = False
        self._pgconn.send_query_prepared(name, encoded)
        self._sent.append(EXECUTION)

    def begin(self, sql: str) -> None:
        """Begin a transaction, whose failures are none that came before."""
        self.send(sql)
        self._sent[-1] = BEGINNING

    def sync(self) -> None:
        """Send all, and let the server go on where an error has stopped it; wait for no answer.

        Whoever comes next takes the answers in.
        """
        try:
            self._pgconn.pipeline_sync()
            self._sent.append(SYNC)
            self.is_settled = True
        except psycopg.OperationalError:
            self.close()

    def execute(self, sql: str, values: Sequence[Any], *, sync: bool) -> Rows:
        """Execute a statement and wait for its result.

        After one without a `sync` the server counts as busy, and an error stops all that follow.
        """
        self.send(sql, values)
        if sync:
            self.sync()
        else:
            self._pgconn.send_flush_request()
        self.receive()
        if self._result is None:
            raise psycopg.InternalError("a statement has had no result")
        return Rows(self._result, self._transformer)

    def execute_both(
        self, first: str, values: Sequence[Any], second: str, others: Sequence[Any], *, sync: bool
    ) -> tuple[Rows, Rows]:
        """Execute two statements, and wait once for the results of both."""
        self.send(first, values)
        self._sent[-1] = KEPT
        rows = self.execute(second, others, sync=sync)
        kept, self._kept = self._kept, None
        if kept is None:
            raise psycopg.InternalError("a statement has had no result")
        return Rows(kept, self._transformer), rows

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each of many rows of values."""
        for number, values in enumerate(rows, 1):
            self.send(sql, values)
            if number % ROWS_AT_ONCE == 0:
                self.sync()
                self.receive()
        self.sync()
        self.receive()

    # Receiving.

    def receive(self, patience: float | None = None) -> None:
        """Wait for the answers to all that was sent.

        Raises the first error among them, `SessionLostError`, `ServerSilentError`.
        """
        self._result = self._failure = None
        patience = patience or self.patience
        begun = time.monotonic()
        try:
            while self._pgconn.flush():
                self._wait(READ_OR_WRITE, begun, patience)
            while not self._has_all():
                self._wait(READ, begun, patience)
        except TimeoutError:
            self.close()
            seconds = time.monotonic() - begun
            raise ServerSilentError(f"no answer within {seconds:.1f} seconds") from None
        except psycopg.Error as error:
            self.close()
            raise SessionLostError(str(error)) from error
        except BaseException:  # whoever asked has gone, and nobody takes in the answer
            self.close()
            raise
        if self._failure is not None:
            self._raise(self._failure)

    def is_usable(self) -> bool:
        """Tell whether it goes on, as far as can be told without asking the server."""
        if self.is_closed:
            return False
        try:
            while self.hub is None and self._selector.select(0):  # until the end, if it has come
                self._pgconn.consume_input()
                self._has_all()
        except psycopg.Error:
            self.close()
            return False
        return True

    # Belonging.

    def join(self, hub: Hub, on_loss: "Callable[[Session], None]") -> None:
        """Belong to a hub; `on_loss` is told on its loop when the session has ended by itself."""
        self.hub = hub
        self._on_loss = on_loss
        hub.watch(partial(hub.loop.add_reader, self._socket, self._on_readable))

    def leave(self) -> None:
        """Belong to no hub any more."""
        if self.hub is not None and not self.hub.loop.is_closed():
            self.hub.watch(partial(self.hub.loop.remove_reader, self._socket))
        self.hub = None

    def close(self) -> None:
        """End the session."""
        self.is_closed = True
        self.leave()
        self._selector.close()
        self._connection.close()

    # Details.

    def _prepare(self, sql: str) -> bytes:
        self._named += 1
        name = f"s{self._named}".encode()
        self._pgconn.send_prepare(name, sql.encode())
        self._sent.append(sql)
        self._names[sql] = name
        # Where a transaction has failed, nothing but its end may be prepared.
        while len(self._names) > MOST_PREPARED and sql != ROLLBACK:
            _, oldest = self._names.popitem(last=False)
            self._pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
            self._sent.append(EXECUTION)
        return name

    def _has_all(self) -> bool:
        """Take in what has arrived; tell whether it answers all that was sent."""
        pgconn, sent = self._pgconn, self._sent
        while sent:
            if pgconn.is_busy():
                return False
            result = pgconn.get_result()
            if result is None:  # the end of an answer
                question = sent.popleft()
                if self._answer is None:
                    raise psycopg.OperationalError("the session has lost its step")
                if self._answer.status in FAILED:
                    self._take_failure(question, self._answer)
                else:
                    self._result = self._answer
                    if question is BEGINNING:
                        self._failure = None
                    elif question is KEPT:
                        self._kept = self._answer
                self._answer = None
            elif result.status == PIPELINE_SYNC:
                sent.popleft()  # nothing follows it
            else:
                self._answer = result
        return True

    def _take_failure(self, question: str, answer: PGresult) -> None:
        if self._pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(answer.get_error_message())
        if self._failure is None:
            self._failure = answer
        if question in self._names:
            del self._names[question]

    def _raise(self, failure: PGresult) -> NoReturn:
        error = error_from_result(failure)
        if error.diag.severity_nonlocalized in {"FATAL", "PANIC"}:
            self.close()
            raise SessionLostError(str(error)) from error
        raise error

    def _wait(self, events: int, begun: float, patience: float) -> None:
        """Wait for the server, and take in what it says.

        Raises `TimeoutError` when patience ends, or when the server does not live.
        """
        look_at = begun + SILENCE_SECONDS
        while True:
            try:
                self._wait_until(events, min(look_at, begun + patience))
            except TimeoutError:
                now = time.monotonic()
                if now >= begun + patience or self._pulse.is_missing():
                    raise
                look_at = now + LOOKING_SECONDS
            else:
                return

    def _wait_until(self, events: int, until: float) -> None:
        fiber = current_fiber()
        if fiber is None:
            self._wait_in_thread(events, until)
            return
        hub = fiber.hub
        if events == READ_OR_WRITE:
            hub.watch(partial(hub.loop.add_writer, self._socket, partial(hub.resume, fiber)))
        self._waiting = fiber
        try:
            hub.wait(fiber, until)
        finally:
            self._waiting = None
            if events == READ_OR_WRITE:
                hub.watch(partial(hub.loop.remove_writer, self._socket))
        if self._loss is not None:
            raise self._loss

    def _wait_in_thread(self, events: int, until: float) -> None:
        self._selector.modify(self._socket, events)
        ready = self._selector.select(max(0, until - time.monotonic()))
        self._selector.modify(self._socket, READ)
        if not ready:
            raise TimeoutError
        self._pgconn.consume_input()

    def _on_readable(self) -> None:
        """Take in what the server says, on the event loop; then go on with who waits for it."""
        try:
            self._pgconn.consume_input()
            has_all = self._has_all()
        except psycopg.Error as error:
            self._loss = error
            has_all = True
        if self._waiting is not None:
            if has_all and self.hub is not None:
                self.hub.resume(self._waiting)
        elif self._loss is not None:
            self.close()
            if self._on_loss is not None:
                self._on_loss(self)


def _encode_text(text: str) -> bytes:
    encoded = text.encode()
    if b"\0" in encoded:  # where libpq would see the end
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL bytes")
    return encoded


class _Encoders(dict[type, Callable[[Any], bytes | None]]):
    """By its type, what makes of a value the text that the server reads as the parameter's type."""

    def __missing__(self, kind: type) -> Callable[[Any], bytes | None]:
        for base in kind.__mro__[1:]:
            if base in self:
                return self.setdefault(kind, self[base])
        raise psycopg.ProgrammingError(f"no value of type {kind.__name__} can be sent")


_ENCODERS = _Encoders(
    {
        str: _encode_text,
        int: lambda number: b"%d" % number,
        bool: lambda truth: b"t" if truth else b"f",
        float: lambda number: repr(number).encode(),
        bytes: lambda content: b"\\x" + content.hex().encode(),
        NoneType: lambda _: None,
    }
)
