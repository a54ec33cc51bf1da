"""The HTTP server: uvicorn, on a socket that is open before it starts."""

import ipaddress
import socket
from asyncio import Protocol
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from todo_api.server.connection import Connection, Deadlines
from todo_api.settings import Settings

GRACE_SECONDS = 10
"""How long running requests may go on after the server is told to stop."""


class ListenError(Exception):
    """The server cannot listen on the address; the message is a sentence that says why."""


def serve(
    app: ASGIApp,
    settings: Settings,
    announce: Callable[[str], None],
    deadlines: Deadlines | None = None,
) -> None:
    """Serve until told to stop by SIGINT or SIGTERM.

    Args:
        app: the ASGI application.
        settings: the address to listen on.
        announce: called with the service's URL once it accepts connections.
        deadlines: how long clients may take, if the settings are not to decide.

    Raises:
        ListenError: if the port is taken or the address is not this machine's.

    """
    deadlines = deadlines or Deadlines(
        settings.idle_seconds,
        settings.head_seconds,
        settings.body_seconds,
        settings.answer_seconds,
    )
    connection = partial(Connection, limits=settings.limits, deadlines=deadlines)
    with _listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            app,
            http=cast("type[Protocol]", connection),  # uvicorn only calls it
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            # Anybody could send such headers. TODO_PUBLIC_URL says how a proxy is addressed.
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        announce(_url(listener))
        # uvicorn raises the signal again after it has shut down cleanly.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        # Python adds the address to the system's own message.
        reason = (fault.strerror or str(fault)).partition(" (while")[0].lower()
        raise ListenError(
            f"Cannot listen on {host}, port {port}: {reason}."
            " Choose others with TODO_HOST and TODO_PORT."
        ) from fault


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
