"""Migrates a database to the schema that this program works with, by Alembic."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy
from sqlalchemy import column, inspect, select, table, text

from todo_api.storage.engine import (
    Connection,
    Database,
    DatabaseForeignError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    Statement,
    reason,
)

MIGRATIONS = Path(__file__).parent / "migrations"

# A name of its own tells our databases from those of other programs that use Alembic.
REVISION_TABLE = "todo_api_revision"

TABLE_EXISTS = {
    "sqlite": text(f"SELECT name FROM sqlite_master WHERE name = '{REVISION_TABLE}'"),  # noqa: S608 - a constant
    # From a table: without one, PostgreSQL answers from what it remembers, and has not noticed what
    # another process migrated while this one waited for its turn.
    "postgresql": text(f"SELECT relname FROM pg_class WHERE oid = to_regclass('{REVISION_TABLE}')"),  # noqa: S608 - the same
}
SELECT_REVISION = Statement(select(table(REVISION_TABLE, column("version_num")).c.version_num))


def migrate(database: Database, *, seed: Callable[[Connection], None] | None = None) -> bool:
    """Migrate forward to the head, in one transaction; tell whether the database was empty.

    `seed` puts the first rows into a database that was empty, in the same transaction. Processes
    that start together do it one after the other, so all but the first find nothing to do. Raises
    `DatabaseUnusableError`.
    """
    try:
        if is_current(database):
            return False
        with database.migration() as (connection, db):
            was_empty = _migrate(connection, db, database.name)
            if was_empty and seed is not None:
                seed(db)
            return was_empty
    except DatabaseUnavailableError as error:
        raise DatabaseUnreachableError(str(error)) from error
    except (sqlalchemy.exc.DBAPIError, *database.driver_errors) as error:
        raise DatabaseUnusableError(
            f"{database.name} could not be migrated: {reason(error)}."
        ) from error


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly this program's schema.

    Raises `DatabaseUnavailableError`.
    """
    with database.snapshot() as db:
        return revision_of(db) == revisions()[-1]


def require_current(database: Database) -> None:
    """Refuse a database whose schema is not exactly this program's.

    Raises `DatabaseUnusableError` with what a person has to do about it, and
    `DatabaseUnavailableError`.
    """
    with database.snapshot() as db:
        present = revision_of(db)
    known = revisions()
    if present is not None and present not in known:
        raise _newer(database.name, present)
    if present != known[-1]:
        raise DatabaseUnusableError(
            f"{database.name} has not been brought up to date: run `todo-api migrate`."
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


def upgrade(connection: sqlalchemy.Connection, revision: str = "head") -> None:
    """Run the steps that are missing up to a revision, within the connection's transaction."""
    # Here, because most starts find nothing to do: Alembic takes a fifth of a start to be imported.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "version_table": REVISION_TABLE})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, revision)


def _migrate(connection: sqlalchemy.Connection, db: Connection, name: str) -> bool:
    known = revisions()
    present = revision_of(db)
    if present == known[-1]:
        return False
    if present is None:
        _refuse_foreign(connection, name)
    elif present not in known:
        raise _newer(name, present)
    upgrade(connection)
    return present is None


def _newer(name: str, revision: str) -> DatabaseNewerError:
    return DatabaseNewerError(
        f"{name} was migrated by a newer version of this program (revision {revision}):"
        " install that version or name another database."
    )


def _refuse_foreign(connection: sqlalchemy.Connection, name: str) -> None:
    tables = inspect(connection).get_table_names()
    if tables:
        raise DatabaseForeignError(
            f"{name} holds tables of another program ({tables[0]}): name an empty database."
        )
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise DatabaseForeignError(
                f"{name} has the encoding {encoding}: create it with ENCODING 'UTF8'."
            )
