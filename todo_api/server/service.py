"""The HTTP server: uvicorn, on a socket that is open before it starts."""

import asyncio
import ipaddress
import logging
import signal
import socket
import sys
from asyncio import Protocol
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from todo_api.contract import BrokenOffError, Proxies
from todo_api.monitoring import Metrics
from todo_api.server.bounds import Bounds, Most
from todo_api.server.connection import Connection, Deadlines
from todo_api.server.descriptors import within_descriptors
from todo_api.server.https import Gate, Handshake, certificate_for
from todo_api.server.memory import give_back_free_memory
from todo_api.server.receiver import Receiver
from todo_api.server.supervisor import Supervisor
from todo_api.settings import Settings
from todo_api.stopping import Stopping

logger = logging.getLogger(__name__)

LOOKING_SECONDS = 0.05
"""How often a server that stops looks whether there is anything left to wait for."""
LAST_REQUESTS_SECONDS = 0.2
"""How long the request of a connection that was accepted last may be under way."""
APPLICATION_SECONDS = 1
"""What the application has at least to end, however long requests have taken."""


class ListenError(Exception):
    """The server cannot listen on the address; the message is a sentence that says why."""


def serve(
    app: ASGIApp,
    settings: Settings,
    announce: Callable[[str], None],
    deadlines: Deadlines | None = None,
    *,
    stopping: Stopping | None = None,
    metrics: Metrics | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until told to stop by SIGINT or SIGTERM.

    Args:
        app: the ASGI application.
        settings: the address to listen on.
        announce: called with the service's URL once it accepts connections.
        deadlines: how long clients may take, if the settings are not to decide.
        stopping: where to tell that the service is about to stop.
        metrics: what to keep, and to give out, if anything.
        listener: a socket that other processes share; then the service also ends when its standard
            input does, because the process that started it has ended.

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
    stopping = stopping or Stopping()
    if metrics is not None:
        _give_out(metrics, bounds, settings)
    gate = None if certificate is None else Gate(certificate, bounds, proxies, deadlines.head)

    def connect(**of_uvicorn: Any) -> Receiver:  # noqa: ANN401
        connection = Connection(
            limits=settings.limits,
            deadlines=deadlines,
            bounds=bounds,
            proxies=proxies,
            stopping=stopping,
            **of_uvicorn,
        )
        return Receiver(connection)

    with listener or _listen(settings.host, settings.port) as opened:
        give_back_free_memory()
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
        )
        server = _Server(config, gate, stopping)
        server.ends_with_input = listener is not None
        server.drain_seconds = settings.drain_seconds
        server.grace_seconds = settings.grace_seconds
        url = _url(opened, "http" if certificate is None else "https")
        server.announce = lambda: announce(url)
        logging.getLogger("uvicorn.error").addFilter(_is_untold)
        server.run(sockets=[opened])


def supervise(
    command: Callable[[int, int], Sequence[str]],
    settings: Settings,
    workers: int,
    announce: Callable[[str], None],
) -> bool:
    """Have several processes serve until told to stop; tell whether all could start.

    ``command`` returns what starts the worker of a number, on a listening socket's descriptor;
    ``announce`` is called with the line that a worker prints when it is ready.

    Raises:
        ListenError: as `serve` does.

    """
    with _listen(settings.host, settings.port) as listener:
        listener.set_inheritable(True)
        descriptor = listener.fileno()

        async def run() -> bool:
            return await Supervisor(
                lambda number: command(number, descriptor),
                descriptor,
                workers=workers,
                patience=settings.drain_seconds + settings.grace_seconds,
            ).run(announce)

        return asyncio.run(run())


class _Server(uvicorn.Server):
    """uvicorn's server, which speaks TLS through a `Gate`, and stops without losing a request."""

    drain_seconds: float = 0
    grace_seconds: float = 10
    ends_with_input = False

    def __init__(self, config: uvicorn.Config, gate: Gate | None, stopping: Stopping) -> None:
        super().__init__(config)
        self._gate = gate
        self._stopping = stopping
        self._accepting: list[asyncio.Task[None]] = []
        self.announce: Callable[[], None] = lambda: None
        """Called once the application has started, too."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop when told to; uvicorn's own raises the signal again, and so ends with a failure."""
        signals = (signal.SIGINT, signal.SIGTERM)
        former = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

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
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, self._reload)
            if self.ends_with_input:
                loop.add_reader(sys.stdin.fileno(), self._end_with_input)
        if not self.should_exit:  # as when the application could not start
            self.announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that the service stops, go on for a while, accept no more, and end what is left.

        A client with a connection is told by the answer to its next request that it was the last.
        """
        await self._drain()
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self.grace_seconds
        self._stop_accepting(sockets or [])
        await self._until_idle(min(self.drain_seconds, LAST_REQUESTS_SECONDS))
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._until_idle(self.grace_seconds - APPLICATION_SECONDS)
        await self._cut_off_rest()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(APPLICATION_SECONDS, ends_at - loop.time())):
                await self.lifespan.shutdown()

    async def _drain(self) -> None:
        self._stopping.begin()
        for connection in list(self.server_state.connections):
            cast("Connection", connection).announce_end()
        if self._stopping.is_watched:
            await self._until(lambda: False, self.drain_seconds)
        else:
            await self._until_idle(self.drain_seconds)

    def _stop_accepting(self, sockets: list[socket.socket]) -> None:
        for task in self._accepting:
            task.cancel()
        for server in self.servers:
            server.close()
        for listener in sockets:
            listener.close()

    async def _until_idle(self, seconds: float) -> None:
        """Wait until there are neither connections nor requests, but not for longer than this."""
        state = self.server_state
        await self._until(lambda: not (state.connections or state.tasks), seconds)

    async def _until(self, is_over: Callable[[], bool], seconds: float) -> None:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + seconds
        while not (is_over() or self.force_exit or loop.time() >= ends_at):  # noqa: ASYNC110 - uvicorn has no events
            await asyncio.sleep(LOOKING_SECONDS)

    async def _cut_off_rest(self) -> None:
        """End what has not ended in time, and say so once."""
        left = [cast("Connection", one) for one in self.server_state.connections]
        tasks = list(self.server_state.tasks)
        if not (left or tasks):
            return
        logger.warning(
            "The service stops although %d requests are still under way on %d connections"
            " (TODO_GRACE_SECONDS).",
            len(tasks),
            len(left),
        )
        for connection in left:
            connection.cut_off()
        await asyncio.sleep(LOOKING_SECONDS)
        for task in tasks:
            task.cancel()

    def _connect(self, handshake: Handshake) -> Receiver:
        return cast("Callable[..., Receiver]", self.config.http_protocol_class)(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
            handshake=handshake,
        )

    def _end_with_input(self) -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        self.should_exit = True

    def _reload(self) -> None:
        if self._gate is not None:
            self._gate.certificate.reload()


def _give_out(metrics: Metrics, bounds: Bounds, settings: Settings) -> None:
    metrics.watch("todo_connections", "Open connections.", lambda: bounds.connections)
    metrics.watch(
        "todo_unsent_bytes", "Bytes that slow clients have yet to take.", lambda: bounds.unsent
    )
    host, port = settings.metrics_host, settings.metrics_port or 0
    try:
        metrics.serve(host, port)
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise ListenError(
            f"Cannot give out metrics on {host}, port {port}: {reason}."
            " Choose others with TODO_METRICS_HOST and TODO_METRICS_PORT."
        ) from fault


_TOLD = (asyncio.CancelledError, BrokenOffError)


def _is_untold(record: logging.LogRecord) -> bool:
    """Keep out of the log what uvicorn says of requests that were cut off, as was told before."""
    return not (record.exc_info and isinstance(record.exc_info[1], _TOLD))


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
