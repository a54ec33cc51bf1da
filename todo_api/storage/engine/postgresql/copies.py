"""Copies of a database on a server, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from todo_api.storage.engine.errors import DatabaseUnusableError

SERVICE = "todo"


def dump(options: Mapping[str, object], target: Path) -> None:
    """Write a copy of a database into a file. Raises `DatabaseUnusableError`."""
    _run("pg_dump", options, "--format=custom", f"--file={target}", f"--dbname=service={SERVICE}")


def restore(options: Mapping[str, object], source: Path) -> None:
    """Fill an empty database from a file, in one transaction. Raises `DatabaseUnusableError`."""
    _run(
        "pg_restore",
        options,
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname=service={SERVICE}",
        str(source),
    )


def _run(name: str, options: Mapping[str, object], *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise DatabaseUnusableError(
            f"There is no {name} here: install PostgreSQL's client programs (Debian and Ubuntu:"
            " apt install postgresql-client), in the server's version or a newer one."
        )
    with tempfile.TemporaryDirectory() as folder:
        # In a file of its own: other users of the machine can read arguments.
        services = Path(folder) / "services"
        lines = [f"[{SERVICE}]", *(f"{key}={value}" for key, value in options.items())]
        services.write_text("\n".join(lines) + "\n", "utf-8")
        ended = subprocess.run(  # noqa: S603 - found by its name, without a shell
            [program, *arguments],
            env=os.environ | {"PGSERVICEFILE": str(services)},
            capture_output=True,
            text=True,
            check=False,
        )
    if ended.returncode != 0:
        said = " ".join(ended.stderr.split()) or f"status {ended.returncode}"
        raise DatabaseUnusableError(f"{name} failed: {said.rstrip('.')}.")
