"""Bring a database to the schema that this program works with, by Alembic."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from todo_api.storage.engine import (
    Database,
    DatabaseForeignError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    reason,
)

# A name of its own tells our databases from those of other programs that use Alembic.
REVISION_TABLE = "todo_api_revision"


def migrate(database: Database, *, seed: Callable[[Connection], None] | None = None) -> bool:
    """Migrate forward to the head, in one transaction; tell whether the database was empty.

    `seed` puts the first rows into a database that was empty, in the same transaction. Processes
    that start together do it one after the other, so all but the first find nothing to do. Raises
    `DatabaseUnusableError`.
    """
    try:
        with database.migration() as db:
            was_empty = _migrate(db, database.name)
            if was_empty and seed is not None:
                seed(db)
            return was_empty
    except DatabaseUnavailableError as error:
        raise DatabaseUnreachableError(str(error)) from error
    except DBAPIError as error:
        raise DatabaseUnusableError(
            f"{database.name} could not be migrated: {reason(error)}."
        ) from error


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly this program's schema.

    Raises `DatabaseUnavailableError`.
    """
    with database.snapshot() as db:
        return revision_of(db) == revisions()[-1]


def revisions() -> list[str]:
    """Return the names of all revisions, the oldest first."""
    script = ScriptDirectory.from_config(configuration())
    return [step.revision for step in script.walk_revisions()][::-1]


def revision_of(db: Connection) -> str | None:
    """Return the revision that a database is at; None if it was never migrated."""
    options = {"version_table": REVISION_TABLE}
    return MigrationContext.configure(db, opts=options).get_current_revision()


def configuration(db: Connection | None = None) -> Config:
    """Return what Alembic's commands ask for; `db` is the transaction that they work in."""
    config = Config(attributes={"connection": db, "version_table": REVISION_TABLE})
    config.set_main_option("script_location", "todo_api.storage:migrations")
    return config


def _migrate(db: Connection, name: str) -> bool:
    known = revisions()
    present = revision_of(db)
    if present == known[-1]:
        return False
    if present is None:
        _refuse_foreign(db, name)
    elif present not in known:
        raise DatabaseNewerError(
            f"{name} was migrated by a newer version of this program (revision {present}):"
            " install that version or name another database."
        )
    command.upgrade(configuration(db), "head")
    return present is None


def _refuse_foreign(db: Connection, name: str) -> None:
    tables = inspect(db).get_table_names()
    if tables:
        raise DatabaseForeignError(
            f"{name} holds tables of another program ({tables[0]}): name an empty database."
        )
    if db.dialect.name == "postgresql":
        encoding = db.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise DatabaseForeignError(
                f"{name} has the encoding {encoding}: create it with ENCODING 'UTF8'."
            )
