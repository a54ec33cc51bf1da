"""``todo-api backup`` and ``todo-api restore``: a copy of all that is stored, and the way back."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from todo_api.cli.access import opened_database
from todo_api.cli.output import confirm
from todo_api.settings import Settings, read_settings
from todo_api.storage import Database, file_of, files_beside, require_empty

path_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup")
@path_argument
@click.option("--yes", is_flag=True, help="Replace the file if there is one, and do not ask.")
def backup_command(file: Path, *, yes: bool) -> None:
    """Copy the database into FILE, while the service goes on."""
    with opened_database() as (database, settings):
        _refuse_database(file, settings)
        if file.exists():
            confirm(f"Replace {file}?", yes=yes)
        with _written_whole(file) as partial, _progress() as tell:
            database.back_up(partial, tell)
    click.echo(f"The database has been copied into {file}.")


@click.command("restore")
@path_argument
def restore_command(file: Path) -> None:
    """Fill an empty database from FILE, a copy that `backup` has made."""
    _require_readable(file)
    settings = read_settings(os.environ)
    database = Database(settings.database_url)
    try:
        require_empty(database)
        with _progress() as tell:
            database.restore(file, tell)
    finally:
        database.close()
    click.echo(f"The database has been restored from {file}.")


def _require_readable(file: Path) -> None:
    try:
        with file.open("rb"):
            pass
    except FileNotFoundError:
        raise click.ClickException(f"There is no file {file}.") from None
    except OSError as fault:
        raise click.ClickException(f"{file} cannot be read: {_said(fault)}.") from None


def _refuse_database(file: Path, settings: Settings) -> None:
    """Refuse to replace the database itself, or what belongs to it, by the copy."""
    database = file_of(settings.database_url)
    if database is None:
        return
    database = database.resolve()
    if file.resolve() in {database, *files_beside(database)}:
        raise click.ClickException(f"{file} is the database, or a part of it: name another file.")


@contextmanager
def _written_whole(file: Path) -> Iterator[Path]:
    """Give a file to write, which takes its name only when it is whole and on the disk."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield partial
        _flush(partial)
        partial.replace(file)
        _flush(file.parent)
    except OSError as fault:
        raise click.ClickException(f"{file} cannot be written: {_said(fault)}.") from fault
    finally:
        partial.unlink(missing_ok=True)


def _said(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()


def _flush(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # it has no handles of directories
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give what is told how much is done, of how much; only a person at a terminal sees it."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label="Copying", file=sys.stderr, hidden=hidden) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield tell
