"""``todo-api sweep``: what has expired, removed by hand."""

import click

from todo_api.cli.access import opened_database
from todo_api.cli.output import json_option, print_json
from todo_api.rest import KEPT
from todo_api.sweeping import LeaseTakenError, Sweeper


@click.command("sweep")
@json_option
def sweep_command(*, as_json: bool) -> None:
    """Remove what has expired, and what deleted users and lists have left."""
    with opened_database() as (database, settings):
        kept = settings.deletions_kept
        sweeper = Sweeper(database, answers_kept=KEPT, deletions_kept=kept)
        try:
            removed = sweeper.sweep()
        except LeaseTakenError:
            raise click.ClickException("Another process is sweeping at the moment.") from None
    if as_json:
        print_json({"removed": {kind.replace(" ", "_"): rows for kind, rows in removed.items()}})
        return
    click.echo("Removed " + ", ".join(f"{rows:,} {kind}" for kind, rows in removed.items()) + ".")
