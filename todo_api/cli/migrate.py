"""``todo-api migrate``: the database's schema."""

import os
from collections.abc import Callable

import click

from todo_api.settings import Settings, read_settings
from todo_api.storage import Connection, Database, migrate


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date, then stop."""
    bring_up_to_date(read_settings(os.environ))
    click.echo("The database is up to date.")


def bring_up_to_date(
    settings: Settings, *, seed: Callable[[Connection], None] | None = None
) -> None:
    """Migrate the database; `seed` fills it if it is new."""
    database = Database(settings.database_url)
    try:
        migrate(database, seed=seed)
    finally:
        database.close()
