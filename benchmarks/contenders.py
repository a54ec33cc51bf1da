"""Who is compared, and how each is started as its documentation says."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.environment import ROOT, fastify_server, peers_python

Command = Callable[[int], list[str]]
"""Makes the command that serves on a port."""


class Contender(NamedTuple):
    """A program that answers the cases."""

    name: str
    title: str
    engine: str | None
    """The kind of its database; None if it keeps tasks in memory."""
    database_setting: str
    """The environment variable with the URL of its database."""
    command: Command
    settings: Mapping[str, str] = {}
    warming: int = 1
    """How many times as long as the others it has to run before it runs as fast as it can."""

    def environment(self, port: int, url: str) -> dict[str, str]:
        """Return the environment variables that it is started with on a database."""
        given = {name: value.format(port=port) for name, value in self.settings.items()}
        return {**given, self.database_setting: url}


SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
SERVICE, SERVICE_POSTGRESQL = "service", "service-postgresql"
FASTAPI, FASTAPI_POSTGRESQL = "fastapi", "fastapi-postgresql"
FASTIFY = "fastify"
LITESTAR = "litestar"
GUNICORN, GRANIAN = "gunicorn", "granian"
OWN_PROGRAM = Path(sys.executable).with_name("todo-api")
PEER = {"PYTHONPATH": str(ROOT)}


def service(
    name: str = SERVICE,
    title: str = "this service",
    program: Path = OWN_PROGRAM,
    engine: str = SQLITE,
    workers: int = 1,
) -> Contender:
    """Return the service as one of its checkouts has it; ``program`` is its ``todo-api``."""
    command = [str(program), "serve", *([f"--workers={workers}"] if workers > 1 else [])]
    return Contender(
        name, title, engine, "TODO_DATABASE_URL", lambda _: command, {"TODO_PORT": "{port}"}
    )


def contenders() -> list[Contender]:
    """Return all, ours first, after making sure that what they need is installed."""
    python, fastify = str(peers_python()), str(fastify_server())
    fastapi = _uvicorn(python, "benchmarks.peers.fastapi_sqlalchemy:app")
    litestar = _uvicorn(python, "benchmarks.peers.litestar_sqlite:app")
    orm = "FastAPI + SQLAlchemy"
    return [
        service(title="this service, SQLite"),
        service(SERVICE_POSTGRESQL, "this service, PostgreSQL", engine=POSTGRESQL),
        Contender(FASTAPI, f"{orm}, SQLite", SQLITE, "DATABASE_URL", fastapi, PEER),
        Contender(
            FASTAPI_POSTGRESQL, f"{orm}, PostgreSQL", POSTGRESQL, "DATABASE_URL", fastapi, PEER
        ),
        Contender(
            FASTIFY,
            "Fastify from the same document, SQLite",
            SQLITE,
            "DATABASE_URL",
            lambda _: ["node", fastify],
            {"PORT": "{port}", "NODE_ENV": "production"},
            warming=4,  # V8 goes on compiling for tens of thousands of requests
        ),
        Contender(LITESTAR, "Litestar, SQLite by hand", SQLITE, "DATABASE_URL", litestar, PEER),
        Contender(
            GUNICORN, "the article, in memory, gunicorn", None, "NOWHERE", _gunicorn(python), PEER
        ),
        Contender(
            GRANIAN, "the article, in memory, Granian", None, "NOWHERE", _granian(python), PEER
        ),
    ]


def _uvicorn(python: str, app: str) -> Command:
    # Its fast parts, uvloop and httptools, are its choice where they are installed.
    return lambda port: [python, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]


ARTICLE = "benchmarks.peers.article:app"


def _gunicorn(python: str) -> Command:
    threads = ["--worker-class", "gthread", "--workers", "1", "--threads", "4"]
    return lambda port: [
        *(python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *(*threads, "--keep-alive", "60", ARTICLE),
    ]


def _granian(python: str) -> Command:
    threads = ["--workers", "1", "--blocking-threads", "1", "--no-ws"]
    return lambda port: [
        *(python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), *threads, ARTICLE),
    ]
