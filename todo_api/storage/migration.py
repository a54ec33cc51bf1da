"""Migrates a database to the schema that this program works with, by Alembic."""

import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy
from sqlalchemy import column, select, table, text

from todo_api.storage.engine import (
    OWN_TABLE,
    Connection,
    Database,
    DatabaseForeignError,
    DatabaseInUseError,
    DatabaseMissingError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    Statement,
    reason,
)

MIGRATIONS = Path(__file__).parent / "migrations"

# A name of its own tells our databases from those of other programs that use Alembic.
REVISION_TABLE = OWN_TABLE

TABLE_EXISTS = {
    "sqlite": text(f"SELECT name FROM sqlite_master WHERE name = '{REVISION_TABLE}'"),  # noqa: S608 - a constant
    # From a table: without one, PostgreSQL answers from what it remembers, and has not noticed what
    # another process migrated while this one waited for its turn.
    "postgresql": text(f"SELECT relname FROM pg_class WHERE oid = to_regclass('{REVISION_TABLE}')"),  # noqa: S608 - the same
}
SELECT_SOME_TABLE = {
    "sqlite": text("SELECT name FROM sqlite_master ORDER BY name LIMIT 1"),
    "postgresql": text(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname LIMIT 1"
    ),
}
# Whatever a transaction of the service writes, it locks the row of a list or of a user first, a
# list before its user. A migration that did so later than other tables would wait for a transaction
# that waits for the migration. Before there were lists, users had all rows that are locked.
FIRST_WITH_LISTS = "0010"
KEEP_WRITERS_OUT = Statement(text("LOCK TABLE users IN EXCLUSIVE MODE"))
KEEP_WRITERS_OF_LISTS_OUT = Statement(text("LOCK TABLE lists, users IN EXCLUSIVE MODE"))
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before another attempt at a migration: twice as many each time."""
SHOW_ENCODING = text("SHOW server_encoding")
SELECT_REVISION = Statement(select(table(REVISION_TABLE, column("version_num")).c.version_num))


def migrate(
    database: Database,
    *,
    create: bool = True,
    seed: Callable[[Connection], None] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    """Migrate forward to the head, in one transaction; tell whether the database was empty.

    `create` makes a file that is not there, or is empty. `seed` puts the first rows into a database
    that was empty, in the same transaction. `tell` is given a sentence for each step, and for what
    is waited for. Processes that start together do it one after the other, so all but the first
    find nothing to do. What is another program's is not touched. Raises `DatabaseUnusableError`.
    """
    try:
        present = _look(database)
        if present is None and not create:
            _refuse_missing(database)
        database.prepare(create=present is None)
        if present == revisions()[-1]:
            return False
        return _migrate_patiently(database, seed, tell)
    except DatabaseUnavailableError as error:
        raise DatabaseUnreachableError(str(error)) from error
    except (sqlalchemy.exc.DBAPIError, *database.driver_errors) as error:
        raise DatabaseUnusableError(
            f"{database.name} could not be migrated: {reason(error)}."
        ) from error


def _migrate_patiently(
    database: Database, seed: Callable[[Connection], None] | None, tell: Callable[[str], None]
) -> bool:
    """Migrate, again and again while others hold what has to be changed: they go on meanwhile."""
    pause = FIRST_PAUSE
    while True:
        try:
            with database.migration(tell) as (connection, db):
                was_empty = _migrate(connection, db, database.name, tell)
                if was_empty and seed is not None:
                    seed(db)
                return was_empty
        except DatabaseInUseError:
            tell(
                f"{database.name} is in use by another program, whose transaction does not end:"
                f" the next attempt is in {pause:g} seconds."
            )
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly this program's schema.

    Raises `DatabaseUnavailableError`.
    """
    with database.looking() as db:
        return db is not None and revision_of(db) == revisions()[-1]


def require_current(database: Database) -> None:
    """Refuse a database whose schema is not exactly this program's.

    Raises `DatabaseUnusableError` with what a person has to do about it, and
    `DatabaseUnavailableError`.
    """
    present = _look(database)
    if present is None:
        _refuse_missing(database)
    if present != revisions()[-1]:
        raise DatabaseUnusableError(
            f"{database.name} has not been brought up to date: run `todo-api migrate`."
        )


def require_empty(database: Database) -> None:
    """Refuse a database in which anything is. Raises as `require_current` does."""
    if _look(database) is not None:
        raise DatabaseUnusableError(
            f"{database.name} is in use: name an empty one by TODO_DATABASE_URL."
        )


def revisions() -> list[str]:
    """Return the names of all revisions, the oldest first: what their files' names begin with."""
    return sorted(step.name[:4] for step in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision_of(db: Connection) -> str | None:
    """Return the revision that a database is at; None if it was never migrated."""
    if db.scalar(TABLE_EXISTS[db.dialect.name]) is None:
        return None
    revision: str | None = db.scalar(SELECT_REVISION)
    return revision


def upgrade(
    connection: sqlalchemy.Connection,
    revision: str | None = None,
    *,
    present: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Run the steps after `present`, up to a revision, within the connection's transaction.

    `tell` is given a sentence for each step, and for the parts of one that may take long.
    """
    # Here, because most starts find nothing to do: Alembic takes a fifth of a start to be imported.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(
        attributes={"connection": connection, "version_table": REVISION_TABLE, "tell": tell}
    )
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    known = revisions()
    missing = [step for step in known if (present or "") < step <= (revision or known[-1])]
    for number, step in enumerate(missing, 1):
        tell(f"Migration {step} ({number} of {len(missing)}): {scripts.get_revision(step).doc}")
        command.upgrade(config, step)


def _look(database: Database) -> str | None:
    """Return the revision that a database is at; None if nothing is in it.

    Raises `DatabaseForeignError`, `DatabaseNewerError`, `DatabaseUnavailableError`.
    """
    with database.looking() as db:
        return None if db is None else _revision_or_refusal(db, database.name)


def _revision_or_refusal(db: Connection, name: str) -> str | None:
    present = revision_of(db)
    if present is None:
        _refuse_foreign(db, name)
    elif present not in revisions():
        raise DatabaseNewerError(
            f"{name} was migrated by a newer version of this program (revision {present}):"
            " install that version or name another database."
        )
    return present


def _migrate(
    connection: sqlalchemy.Connection, db: Connection, name: str, tell: Callable[[str], None]
) -> bool:
    present = _revision_or_refusal(db, name)
    if present == revisions()[-1]:
        return False
    is_new = present is None  # where there is nothing to move, there is nothing to tell
    if present is not None and db.dialect.name == "postgresql":
        keep_writers_out(db, present)
    upgrade(connection, present=present, tell=(lambda _: None) if is_new else tell)
    return is_new


def keep_writers_out(db: Connection, present: str) -> None:
    """Let nobody write until the transaction ends, in a database at a revision."""
    has_lists = present >= FIRST_WITH_LISTS
    db.execute(KEEP_WRITERS_OF_LISTS_OUT if has_lists else KEEP_WRITERS_OUT)


def _refuse_missing(database: Database) -> None:
    """Refuse a file that is not there, or empty; what a server has, somebody has created."""
    if database.file is None:
        return
    if database.file.exists():
        raise DatabaseMissingError(
            f"{database.name} is empty: put a backup there, or run `todo-api init` to begin anew."
        )
    raise DatabaseMissingError(
        f"There is no SQLite database {database.file}: run `todo-api init` to make one."
    )


def _refuse_foreign(db: Connection, name: str) -> None:
    """Refuse a database without our tables that is not empty, or can never hold them."""
    found = db.scalar(SELECT_SOME_TABLE[db.dialect.name])
    if found is not None:
        raise DatabaseForeignError(
            f"{name} holds tables of another program ({found}): name an empty database."
        )
    if db.dialect.name == "postgresql":
        encoding = db.scalar(SHOW_ENCODING)
        if encoding != "UTF8":
            raise DatabaseForeignError(
                f"{name} has the encoding {encoding}: create it with ENCODING 'UTF8'."
            )
