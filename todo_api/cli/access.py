"""The way to the database of a running service."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from todo_api.settings import Settings, read_settings
from todo_api.storage import Database, require_current


@contextmanager
def opened_database() -> Iterator[tuple[Database, Settings]]:
    """Open the database that the environment names, which has to be of this version."""
    settings = read_settings(os.environ)
    database = Database(settings.database_url)
    try:
        require_current(database)
        yield database, settings
    finally:
        database.close()
