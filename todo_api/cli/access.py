"""The way to the database of a running service."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from todo_api.settings import Settings, read_settings
from todo_api.storage import Database, DatabaseUnusableError, file_of, require_current


@contextmanager
def opened_database() -> Iterator[tuple[Database, Settings]]:
    """Open the database that the environment names, which has to be of this version."""
    settings = read_settings(os.environ)
    refuse_missing_file(settings)
    database = Database(settings.database_url)
    try:
        require_current(database)
        yield database, settings
    finally:
        database.close()


def refuse_missing_file(settings: Settings) -> None:
    """Refuse an SQLite file that is not there, which to open would create."""
    file = file_of(settings.database_url)
    if file is not None and file.parent.is_dir() and not file.exists():
        raise DatabaseUnusableError(
            f"There is no SQLite database {file}: run `todo-api migrate` to make one."
        )
