"""The databases that servers work on: each a fresh copy of one that was filled before."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql

Fill = Callable[[str], None]
"""Fills the empty database at a URL."""


class Template(Protocol):
    """A filled database that is not touched any more."""

    def copy(self) -> AbstractContextManager[str]:
        """Give the URL of a copy, which is gone at the end of the block."""


class SQLiteTemplate:
    """A SQLite file, filled once."""

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder = folder
        self._path = folder / f"{secrets.token_hex(4)}.db"
        self._numbers = count()
        fill(f"sqlite:///{self._path}")

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Give the URL of a copy, which is gone at the end of the block."""
        copy = self._folder / f"{self._path.stem}-{next(self._numbers)}.db"
        # A server that was killed leaves what it had not yet moved out of the write-ahead log.
        for end in ("", "-wal"):
            if (source := Path(f"{self._path}{end}")).exists():
                shutil.copyfile(source, f"{copy}{end}")
        # What is not on the disk yet would be waited for by the first commits.
        os.sync()
        try:
            yield f"sqlite:///{copy}"
        finally:
            for file in self._folder.glob(f"{copy.name}*"):
                file.unlink()


class PostgreSQLTemplate:
    """A PostgreSQL database, filled once, on a server that lets databases be created."""

    def __init__(self, port: int, fill: Fill) -> None:
        self._port = port
        self._name = f"bench_{secrets.token_hex(4)}"
        self._numbers = count()
        self._execute("CREATE DATABASE {}", self._name)
        fill(self._url(self._name))
        self._leave()
        with self._connect(self._name) as connection:
            connection.execute("VACUUM ANALYZE")  # as it would have been soon

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Give the URL of a copy, which is gone at the end of the block."""
        copy = f"{self._name}_{next(self._numbers)}"
        self._leave()
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", copy, self._name)
        try:
            yield self._url(copy)
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", copy)

    def _leave(self) -> None:
        """End what is still connected: a database in use cannot be copied."""
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        with self._connect() as connection:
            connection.execute(ended, [self._name])

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with self._connect() as connection:
            composed = sql.SQL(statement).format(*map(sql.Identifier, names))
            connection.execute(composed)

    def _connect(self, name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self._port, user="postgres", autocommit=True, dbname=name
        )

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{name}"
