"""HTTPS: the certificate, which can be renewed while the service runs, and the handshake."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from todo_api.contract import Proxies
from todo_api.server.bounds import Bounds, whose
from todo_api.settings import Settings

logger = logging.getLogger(__name__)

ACCEPT_AGAIN_SECONDS = 0.1
CERTIFICATE, KEY = "TODO_TLS_CERTIFICATE", "TODO_TLS_KEY"


class CertificateError(Exception):
    """A certificate or its key cannot be used; the message is a sentence that says why."""


class Certificate:
    """A certificate with its key, from files that may change."""

    def __init__(self, certificate: str, key: str) -> None:
        """Read both; raise `CertificateError` if they cannot be used."""
        self._certificate = certificate
        self._key = key
        self.context = self._read()
        """What new connections are encrypted with."""

    def reload(self) -> None:
        """Read both again for new connections; if they cannot be used, stay with the old ones."""
        try:
            self.context = self._read()
        except CertificateError as fault:
            logger.error("The old certificate stays in use. %s", fault)  # noqa: TRY400 - it says all
        else:
            logger.info("New connections use the certificate as it is now.")

    def _read(self) -> ssl.SSLContext:
        for name, path in ((CERTIFICATE, self._certificate), (KEY, self._key)):
            try:
                Path(path).read_bytes()
            except OSError as fault:
                raise CertificateError(
                    f"{name} names {path!r}, which cannot be read: {fault.strerror}."
                ) from None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._certificate, self._key, self._refuse_encrypted)
        except ssl.SSLError as fault:
            if fault.reason == "KEY_VALUES_MISMATCH":
                raise CertificateError(
                    f"The key in {self._key!r} is not that of the certificate in"
                    f" {self._certificate!r}."
                ) from None
            raise CertificateError(
                f"{CERTIFICATE} and {KEY} have to name a certificate and its key, both in PEM:"
                f" {self._certificate!r} and {self._key!r} are not ({fault.reason})."
            ) from None
        return context

    def _refuse_encrypted(self) -> str:
        raise CertificateError(
            f"The key in {self._key!r} is encrypted: a service that starts by itself needs one"
            " that is not."
        )


def certificate_for(settings: Settings) -> Certificate | None:
    """Return the certificate that the settings name, if they do.

    Raises `CertificateError`.
    """
    if settings.tls_certificate is None and settings.tls_key is None:
        return None
    if settings.tls_certificate is None or settings.tls_key is None:
        raise CertificateError(f"{CERTIFICATE} and {KEY} are needed together.")
    return Certificate(settings.tls_certificate, settings.tls_key)


class Handshake:
    """A new connection, until its client has agreed on encryption; it counts like any other."""

    def __init__(self, peer: str, *, is_exempt: bool) -> None:
        """Take the address of the client."""
        self.address = whose(peer)
        self.is_exempt = is_exempt
        self._since = asyncio.get_running_loop().time()
        self._task: asyncio.Task[None] | None = None

    def begin(self, agreement: Coroutine[Any, Any, None]) -> None:
        """Agree with the client."""
        self._task = asyncio.get_running_loop().create_task(agreement)

    def idle_since(self) -> float | None:
        """Return when the service began to wait for the client to agree."""
        return self._since

    def unsent_bytes(self) -> int:
        """Return what the client has yet to take: nothing worth counting."""
        return 0

    def cut_off(self) -> None:
        """Give up."""
        if self._task is not None:
            self._task.cancel()


class Gate:
    """Accepts connections, and agrees with each client on encryption before it may ask.

    Only here is a client known before it has agreed, so that it can be refused and counted.
    """

    def __init__(
        self,
        certificate: Certificate,
        bounds: Bounds,
        proxies: Proxies,
        seconds: float,
    ) -> None:
        """Take how long a client may take to agree, beside what it needs."""
        self.certificate = certificate
        self._bounds = bounds
        self._proxies = proxies
        self._seconds = seconds

    async def accept(
        self, listener: socket.socket, connect: Callable[[Handshake], asyncio.BufferedProtocol]
    ) -> None:
        """Accept connections until cancelled; ``connect`` makes what answers on them."""
        loop = asyncio.get_running_loop()
        listener.settimeout(0)
        while True:
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError as fault:  # no descriptor is left, or the client has gone already
                logger.warning("A connection could not be accepted: %s.", fault.strerror)
                await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                continue
            handshake = Handshake(address[0], is_exempt=self._proxies.trusts(address[0]))
            if self._bounds.admit(handshake):
                handshake.begin(self._agree(accepted, handshake, connect))
            else:
                accepted.close()
            # asyncio's own loop does not let others go on while there are clients to accept.
            await asyncio.sleep(0)

    async def _agree(
        self,
        accepted: socket.socket,
        handshake: Handshake,
        connect: Callable[[Handshake], asyncio.BufferedProtocol],
    ) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connect(handshake),
                accepted,
                ssl=self.certificate.context,
                ssl_handshake_timeout=self._seconds,
                ssl_shutdown_timeout=self._seconds,
            )
        except OSError:  # no agreement: the client's fault, or it has gone
            accepted.close()
        finally:
            self._bounds.forget(handshake)
