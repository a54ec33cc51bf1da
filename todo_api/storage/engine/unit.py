"""The unit of work: the transaction that is open around a call on the event loop.

In a thread, a function opens its own transactions, and waits for them. On the event loop nothing
may wait, so a call runs inside a transaction that is already open and that ends after the call has
returned. `Database.snapshot` and `Database.transaction` take part in it instead of opening another.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from todo_api.storage.engine.connection import Connection


@dataclass(slots=True)
class Unit:
    """A transaction that is open around a call; a ``with`` block takes part in it."""

    db: Connection
    writes: bool

    def __enter__(self) -> Connection:
        return self.db

    def __exit__(self, *_: object) -> None:
        """Leave it open: it ends after the call."""


UNIT: ContextVar[Unit | None] = ContextVar("unit", default=None)
"""The unit around the present call, if there is one."""
