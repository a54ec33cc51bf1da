"""PostgreSQL, driven by threads and by the event loop alike.

- `backend` is what `Database` uses; it begins transactions and tells outages.
- `transaction` executes statements in one session, which it takes from the `pool`.
- `session` speaks with the server, by libpq; whoever waits for an answer waits there.
- `queues` are where transactions on the event loop wait for one another.
- `pulse` tells whether the server lives, where an answer takes long.
- `copies` are made by PostgreSQL's own programs.
- `greenlets` let functions wait on the event loop as they would in a thread.
"""

from todo_api.storage.engine.postgresql.backend import PostgreSQL

__all__ = ["PostgreSQL"]
