"""The unit of work: the transaction that is open around a call on the event loop.

In a thread, a function opens its own transactions, and waits for them. On the event loop nothing
may wait, so a call runs inside a transaction that is already open and that ends after the call has
returned. `Database.snapshot` and `Database.transaction` take part in it instead of opening another.
"""

from contextvars import ContextVar
from typing import NamedTuple

from todo_api.storage.engine.connection import Connection


class Unit(NamedTuple):
    """A transaction that is open around a call."""

    db: Connection
    writes: bool


UNIT: ContextVar[Unit | None] = ContextVar("unit", default=None)
"""The unit around the present call, if there is one."""
