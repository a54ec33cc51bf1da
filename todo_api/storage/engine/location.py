"""Where the data is, by a database URL: for people, and without anything secret."""

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

HIDDEN = "***"


def without_secrets(url: str) -> str:
    """Return a database URL with its passwords hidden; all of it, if they cannot be told apart."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return HIDDEN
    if url.count("@") > 1:
        return HIDDEN
    query = {key: HIDDEN if "pass" in key.lower() else value for key, value in parsed.query.items()}
    shown = parsed.set(query=query).render_as_string(hide_password=True)
    return shown.replace(quote(HIDDEN), HIDDEN)


def file_of(url: str) -> Path | None:
    """Return the file of an SQLite database; None if the URL names a server, or nothing."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    if parsed.database and parsed.drivername.startswith("sqlite"):
        return Path(parsed.database).absolute()
    return None


def files_beside(file: Path) -> list[Path]:
    """Return where SQLite keeps what belongs to a database in a file, while it needs that."""
    return [file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal")]
