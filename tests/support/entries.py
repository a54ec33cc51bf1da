"""How much PostgreSQL reads, whatever its plans are."""

from sqlalchemy import text

from todo_api.storage import Connection

READ = text(
    "SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace"
)


def entries_read(db: Connection) -> int:
    """Count the entries of tables and indexes that a session has read, also what was deleted.

    It begins at 0 now and then, but in no transaction.
    """
    return int(db.scalar(READ))
