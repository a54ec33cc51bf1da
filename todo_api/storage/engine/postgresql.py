"""PostgreSQL: a server, by psycopg."""

from contextlib import AbstractContextManager

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from todo_api.storage.engine.errors import (
    DatabaseUnavailableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
)

# For libpq (https://www.postgresql.org/docs/current/libpq-connect.html). Every wait ends below
# ten seconds, so that a request is answered before its client gives up.
CONNECTION = {
    "application_name": "todo-api",
    "client_encoding": "utf8",
    "connect_timeout": "4",
    "tcp_user_timeout": "8000",
    "options": "-c statement_timeout=6s -c lock_timeout=4s"
    " -c idle_in_transaction_session_timeout=10s",
}
POOL_PATIENCE = 4.0

# SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
LOST_RACES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
READ_ONLY = "25006"  # a failover left this connection with a standby

# An arbitrary number, known to this program alone.
MIGRATION_LOCK = 5_171_903_448_211_067


class PostgreSQL:
    """A database on a server."""

    def __init__(self, url: URL, connections: int) -> None:
        """Check the URL and build the pool; no connection is made before it is used.

        What the URL says wins over `CONNECTION`. Raises `DatabaseUrlInvalidError`.
        """
        if "@" in (url.host or ""):
            raise DatabaseUrlInvalidError(
                "The database URL has more than one @: write an @ in the password as %40,"
                " a : as %3A and a / as %2F."
            )
        self.name = f"The PostgreSQL database {url.database or ''} on {_place_of(url)}"
        self._engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_size=connections,
            max_overflow=0,
            pool_timeout=POOL_PATIENCE,
            pool_use_lifo=True,
            pool_pre_ping=True,
            hide_parameters=True,  # errors are logged, and what people store is not
            connect_args={key: CONNECTION[key] for key in CONNECTION.keys() - url.query.keys()},
        )
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a read-only transaction, whose first statement fixes the state that it sees."""
        # Ended by COMMIT: at a ROLLBACK psycopg forgets the statements that it had prepared.
        return self._reading.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction whose statements each see what is committed by then."""
        return self._engine.begin()

    def prepare_migration(self, db: Connection) -> None:
        """Lift the time limits of requests and queue behind other processes that migrate."""
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SET LOCAL lock_timeout = 0"))
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})

    def diagnose(self, error: DBAPIError) -> type[DatabaseUnavailableError] | None:
        """Tell an outage by psycopg's class, which follows the SQLSTATE's."""
        sqlstate = getattr(error.orig, "sqlstate", None)
        if sqlstate in LOST_RACES:
            return TransactionLostError
        gone = isinstance(error, OperationalError) or error.connection_invalidated
        return DatabaseUnavailableError if gone or sqlstate == READ_ONLY else None

    def close(self) -> None:
        """Close the pool's connections."""
        self._engine.dispose()


def _place_of(url: URL) -> str:
    """Return the server's address, or the addresses of several, as a person would say it."""
    if url.host:
        return f"{url.host}:{url.port or 5432}"
    hosts = url.query.get("host", "the local socket")
    return hosts if isinstance(hosts, str) else " and ".join(hosts)
