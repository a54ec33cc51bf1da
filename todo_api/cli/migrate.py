"""``todo-api migrate`` and ``todo-api init``: the database's schema."""

import os
import time
from collections.abc import Callable

import click

from todo_api.settings import Settings, read_settings
from todo_api.storage import Connection, Database, DatabaseUnreachableError, migrate

LOOKING_SECONDS = 0.5
"""Between two attempts to reach a database."""


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date, then stop."""
    bring_up_to_date(read_settings(os.environ))
    click.echo("The database is up to date.")


@click.command("init")
def init_command() -> None:
    """Make the database that the settings name, unless it is there."""
    bring_up_to_date(read_settings(os.environ), create=True)
    click.echo("The database is up to date.")


def bring_up_to_date(
    settings: Settings,
    *,
    create: bool | None = None,
    seed: Callable[[Connection], None] | None = None,
) -> None:
    """Migrate the database, after waiting for a server that cannot be reached.

    `create` makes a file that is not there; the settings decide unless it is given. `seed` fills a
    database that is new. Raises `DatabaseUnusableError`.
    """
    create = settings.create_database if create is None else create
    until = time.monotonic() + settings.database_wait_seconds
    database = Database(settings.database_url)
    try:
        has_told = False
        while True:
            try:
                migrate(database, create=create, seed=seed, tell=_tell)
            except DatabaseUnreachableError as fault:
                if database.file is not None or time.monotonic() >= until:
                    raise
                if not has_told:
                    _tell(f"Waiting for {settings.database_wait_seconds} seconds at most. {fault}")
                    has_told = True
                time.sleep(LOOKING_SECONDS)
            else:
                return
    finally:
        database.close()


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)
