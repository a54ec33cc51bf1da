"""Who is compared, and how each is started as its documentation says."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.environment import peers_python

Command = Callable[[int], list[str]]
"""Makes the command that serves on a port."""


class Contender(NamedTuple):
    """A program that answers the cases."""

    name: str
    title: str
    database_setting: str | None
    """The environment variable with the URL of its database; None if it keeps tasks in memory."""
    command: Command
    settings: Mapping[str, str] = {}

    def environment(self, port: int, url: str) -> dict[str, str]:
        """Return the environment variables that it is started with on a database."""
        given = {name: value.format(port=port) for name, value in self.settings.items()}
        if self.database_setting is not None:
            given[self.database_setting] = url
        return given


SERVICE = "service"
FASTAPI = "fastapi"


def service(name: str, title: str, program: Path, **settings: str) -> Contender:
    """Return the service as one of its checkouts has it; ``program`` is its ``todo-api``."""
    return Contender(
        name,
        title,
        "TODO_DATABASE_URL",
        lambda _: [str(program), "serve"],
        {"TODO_PORT": "{port}", **settings},
    )


OWN_PROGRAM = Path(sys.executable).with_name("todo-api")


def contenders() -> list[Contender]:
    """Return all, ours first, after making sure that what they need is installed."""
    own, peers = sys.executable, str(peers_python())
    fastapi = Contender(
        FASTAPI,
        "FastAPI + SQLAlchemy",
        "DATABASE_URL",
        _uvicorn(peers, "benchmarks.peers.fastapi_sqlalchemy:app"),
    )
    stock = "benchmarks.peers.stock_connexion"
    return [
        service(SERVICE, "this service", OWN_PROGRAM),
        fastapi,
        Contender(
            "asyncapp", "stock AsyncApp", "DATABASE_URL", _uvicorn(own, f"{stock}:async_app")
        ),
        Contender(
            "flaskapp", "stock FlaskApp", "DATABASE_URL", _uvicorn(own, f"{stock}:flask_app")
        ),
        Contender("gunicorn", "article in memory, gunicorn", None, _gunicorn(peers)),
        Contender("granian", "article in memory, Granian", None, _granian(peers)),
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
