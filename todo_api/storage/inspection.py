"""Whether a database is sound, as far as it can tell itself."""

from sqlalchemy import func, select, text

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import lists

MOST_FAULTS = 5

# SQLite reads the whole file, but for the contents of indexes. PostgreSQL knows which indexes were
# never finished, and how often a page did not match its checksum.
INTEGRITY = {
    "sqlite": text(f"PRAGMA quick_check({MOST_FAULTS})"),
    "postgresql": text(
        "SELECT 'the index ' || indexrelid::regclass || ' is not valid' FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
        " UNION ALL SELECT checksum_failures || ' pages did not match their checksums'"
        " FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0"
    ),
}
FOREIGN_KEYS = text("PRAGMA foreign_key_check")
CHANGE_NOTHING = text("UPDATE secrets SET value = value WHERE name = ''")
SELECT_LAST_CHANGED_AT = Statement(select(func.max(lists.c.last_changed_at)))


def integrity_faults(db: Connection) -> list[str]:
    """Return what is wrong with the database's own structures, at most a few lines."""
    faults = [str(fault) for (fault,) in db.all(INTEGRITY[db.dialect.name])]
    if db.dialect.name == "sqlite":
        faults = [fault for fault in faults if fault != "ok"]
        orphans = db.all(FOREIGN_KEYS)
        faults += sorted({f"{table} has rows that belong to nobody" for table, *_ in orphans})
    return faults[:MOST_FAULTS]


def require_writable(db: Connection) -> None:
    """Write, without changing anything, in a transaction that writes."""
    db.execute(CHANGE_NOTHING)


def select_last_changed_at(db: Connection) -> str | None:
    """Return when a task of anybody's was last changed; None if none ever was."""
    last: str | None = db.scalar(SELECT_LAST_CHANGED_AT)
    return last
