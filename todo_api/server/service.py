"""The HTTP server: uvicorn, on a socket that is open before it starts."""

import asyncio
import ipaddress
import logging
import signal
import socket
import sys
from asyncio import Protocol
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from todo_api.contract import Proxies
from todo_api.server.bounds import Bounds, Most
from todo_api.server.connection import Connection, Deadlines
from todo_api.server.descriptors import within_descriptors
from todo_api.server.https import Gate, Handshake, certificate_for
from todo_api.server.receiver import Receiver
from todo_api.settings import Settings

logger = logging.getLogger(__name__)

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
        CertificateError: if the certificate cannot be used.

    """
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to read again
    deadlines = deadlines or Deadlines(
        settings.idle_seconds,
        settings.head_seconds,
        settings.body_seconds,
        settings.answer_seconds,
    )
    most = Most(
        within_descriptors(settings.connections),
        settings.connections_per_address,
        settings.unsent_bytes,
        settings.unsent_bytes_per_address,
    )
    certificate = certificate_for(settings)
    bounds, proxies = Bounds(most), Proxies(settings.trusted_proxies)

    gate = None if certificate is None else Gate(certificate, bounds, proxies, deadlines.head)

    def connect(**of_uvicorn: Any) -> Receiver:  # noqa: ANN401
        connection = Connection(
            limits=settings.limits,
            deadlines=deadlines,
            bounds=bounds,
            proxies=proxies,
            **of_uvicorn,
        )
        return Receiver(connection)

    with _listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            app,
            http=cast("type[Protocol]", connect),  # uvicorn only calls it
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            # The contract layer believes proxies, and only those that are trusted.
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        announce(_url(listener, "http" if certificate is None else "https"))
        # uvicorn raises the signal again after it has shut down cleanly.
        with suppress(KeyboardInterrupt):
            _Server(config, gate).run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server, which speaks TLS through a `Gate`, and which SIGHUP does not end."""

    def __init__(self, config: uvicorn.Config, gate: Gate | None) -> None:
        super().__init__(config)
        self._gate = gate
        self._accepting: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and read the certificate again at each SIGHUP, as daemons read their settings."""
        if self._gate is None:
            await super().startup(sockets)
        else:
            await super().startup([])
            self._accepting = [
                asyncio.create_task(self._gate.accept(listener, self._connect))
                for listener in sockets or []
            ]
        if sys.platform != "win32":
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reload)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, and stop."""
        for task in self._accepting:
            task.cancel()
        await super().shutdown(sockets)

    def _connect(self, handshake: Handshake) -> Receiver:
        return cast("Callable[..., Receiver]", self.config.http_protocol_class)(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
            handshake=handshake,
        )

    def _reload(self) -> None:
        if self._gate is not None:
            self._gate.certificate.reload()


def refuse_unsafe(settings: Settings) -> None:
    """See that passwords come encrypted from other machines, unless the administrator insists.

    Raises:
        ListenError: if they would not.
        CertificateError: if the certificate cannot be used.

    """
    is_encrypted = certificate_for(settings) is not None or settings.is_https
    if is_encrypted or settings.trusted_proxies or is_loopback(settings.host):
        return
    if not settings.insecure_http:
        raise ListenError(
            f"Passwords would come to {settings.host} unencrypted. Set TODO_TLS_CERTIFICATE and"
            " TODO_TLS_KEY; or, behind a proxy that speaks HTTPS, TODO_PUBLIC_URL and"
            " TODO_TRUSTED_PROXIES; or TODO_INSECURE_HTTP=allowed where nobody else can listen."
        )
    logger.warning(
        "Passwords come to %s unencrypted, which TODO_INSECURE_HTTP allows: whoever is between"
        " the service and its clients can read them.",
        settings.host,
    )


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


def _url(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
