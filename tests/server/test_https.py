"""HTTPS: certificates, their renewal, and clients that do not get as far as HTTP."""

import asyncio
import logging
import re
import signal
import socket
import ssl
import struct
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization

from tests.support.commands import environment_with
from tests.support.sockets import BASE, DEADLINE, MIB, Service, get, head, served
from todo_api.cli import main
from todo_api.contract import Proxies
from todo_api.server import CertificateError, ListenError, refuse_unsafe
from todo_api.server.bounds import Bounds, Most
from todo_api.server.https import Certificate, Gate, certificate_for
from todo_api.settings import read_settings

CLOSE = "Connection: close"
BUNDLE = "/assets/swagger-ui-bundle.js"
ANYWHERE = "0.0.0.0"  # noqa: S104 - refused, or not listened on


class Files:
    """A certificate and its key as PEM files, and who has signed it."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.certificate = folder / "todo.pem"
        self.key = folder / "todo.key"
        self.renew()
        self.settings = {
            "TODO_TLS_CERTIFICATE": str(self.certificate),
            "TODO_TLS_KEY": str(self.key),
        }

    def renew(self) -> None:
        """Replace both by new ones."""
        issued = self.authority.issue_cert("localhost")
        self.certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        self.key.write_bytes(issued.private_key_pem.bytes())

    def connect(
        self, service: Service, version: ssl.TLSVersion | None = None, source: str = ""
    ) -> ssl.SSLSocket:
        """Connect as a client that trusts the authority."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        bare = service.connect(source=source).socket
        return context.wrap_socket(bare, server_hostname="localhost")

    def certificate_of(self, service: Service) -> bytes | None:
        """Return the certificate that a new connection gets."""
        with self.connect(service) as client:
            return client.getpeercert(binary_form=True)


def ask(client: ssl.SSLSocket, *requests: bytes) -> list[int]:
    """Send requests of which the last ends the connection; return the statuses."""
    with client:
        client.sendall(b"".join(requests))
        received = b""
        while some := client.recv(65536):
            received += some
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", received)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def service(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("https"), **files.settings) as service:
        yield service


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_requests_are_answered(files: Files, service: Service, version: ssl.TLSVersion) -> None:
    client = files.connect(service, version)
    assert ask(client, get(), get(path="/nothing"), get(CLOSE)) == [200, 404, 200]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_versions_are_refused(files: Files, service: Service) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        files.connect(service, ssl.TLSVersion.TLSv1_1)


def test_uris_begin_with_https(files: Files, service: Service) -> None:
    newcomer = b'{"username": "ida", "password": "correct horse battery"}'
    kind, length = "Content-Type: application/json", f"Content-Length: {len(newcomer)}"
    with files.connect(service) as client:
        client.sendall(head("POST", f"{BASE}/users", kind, length, CLOSE) + newcomer)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert b'"uri":"https://localhost/todo/api/v1.0/users/ida"' in answer
    assert b"\r\nstrict-transport-security: max-age=31536000\r\n" in answer


def test_a_large_answer_arrives_whole_even_if_it_is_read_late(
    files: Files, service: Service
) -> None:
    with files.connect(service) as client:
        client.sendall(get(path=BUNDLE) * 7 + get(CLOSE, path=BUNDLE))
        time.sleep(0.3)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200 ") == 8
    assert len(answer) > 8 * MIB


def test_an_early_answer_can_be_read_while_the_body_is_sent(files: Files, service: Service) -> None:
    with files.connect(service) as client:
        kind, length = "Content-Type: application/json", f"Content-Length: {64 * MIB}"
        client.sendall(head("POST", f"{BASE}/users", kind, length) + b" " * 100_000)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_who_does_not_agree_is_dropped_and_the_log_says_nothing(service: Service) -> None:
    for part in (b"", get(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"\0" * 1000):
        client = service.connect()
        begun = time.monotonic()
        client.send(part)
        assert b"HTTP" not in client.receive()
        assert time.monotonic() - begun < 4 * DEADLINE + 1


def test_silent_connections_are_bounded_before_they_agree(files: Files, tmp_path: Path) -> None:
    log = r"127\.0\.0\.1 has 10 connections, the most .*\n"
    bounds = {"TODO_CONNECTIONS_PER_ADDRESS": "10"}
    with served(tmp_path, log, **bounds, **files.settings) as service:
        silent = [service.connect() for _ in range(100)]
        descriptors = len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))
        assert descriptors < 64
        assert ask(files.connect(service), get(CLOSE)) == [200]
        for each in silent:
            each.socket.close()


class TestGate:
    """Where connections are accepted, on asyncio's own event loop."""

    def test_who_goes_during_the_handshake_is_forgotten_at_once(self, files: Files) -> None:
        async def see() -> None:
            bounds = Bounds(Most(connections=1))
            async with gate(files, bounds) as address:
                for part in (b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"):
                    for is_reset in (False, True):
                        client = socket.create_connection(address)
                        client.sendall(part)
                        await asyncio.sleep(0.1)
                        assert not bounds.has_room
                        if is_reset:
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                        client.close()
                        async with asyncio.timeout(20):
                            while not bounds.has_room:  # noqa: ASYNC110 - nothing tells of it
                                await asyncio.sleep(0.01)

        asyncio.run(see())

    def test_others_go_on_while_many_connect(self, files: Files) -> None:
        async def see() -> None:
            bounds = Bounds(Most(connections=200))
            async with gate(files, bounds) as address:
                clients = [socket.create_connection(address) for _ in range(200)]
                turns = 0
                while bounds.has_room:
                    await asyncio.sleep(0)
                    turns += 1
                for client in clients:
                    client.close()
            assert turns >= 100

        asyncio.run(see())


RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: what closes a connection by a reset."""


@asynccontextmanager
async def gate(files: Files, bounds: Bounds) -> AsyncIterator[tuple[str, int]]:
    """Accept connections; give the address."""
    certificate = Certificate(str(files.certificate), str(files.key))
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        waiting = Gate(certificate, bounds, Proxies(()), seconds=10).accept(
            listener, lambda _: asyncio.BufferedProtocol()
        )
        task = asyncio.create_task(waiting)
        yield listener.getsockname()
        task.cancel()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
class TestRenewal:
    """SIGHUP."""

    def test_new_connections_get_the_new_certificate_and_old_ones_go_on(
        self, tmp_path: Path
    ) -> None:
        files = Files(tmp_path)
        with served(tmp_path, **files.settings, TEST_DEADLINE="60") as service:
            old = files.connect(service)
            before = old.getpeercert(binary_form=True)
            files.renew()
            service.process.send_signal(signal.SIGHUP)
            until = time.monotonic() + 20
            while before == files.certificate_of(service):
                assert time.monotonic() < until
            assert ask(old, get(), get(CLOSE)) == [200, 200]

    def test_a_certificate_that_cannot_be_used_does_not_replace_the_old_one(
        self, tmp_path: Path
    ) -> None:
        files = Files(tmp_path)
        log = r"The old certificate stays in use\. The key in '\S+' is not that of .*\n"
        with served(tmp_path, log, **files.settings) as service:
            assert ask(files.connect(service), get(CLOSE)) == [200]
            key = files.key.read_bytes()
            files.renew()
            files.key.write_bytes(key)
            service.process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            assert ask(files.connect(service), get(CLOSE)) == [200]

    def test_without_a_certificate_nothing_happens(self, tmp_path: Path) -> None:
        with served(tmp_path) as service:
            client = service.connect()
            client.send(get(), pause=0.1)
            service.process.send_signal(signal.SIGHUP)
            time.sleep(0.1)
            client.send(get(CLOSE))
            assert [answer.status_code for answer in client.answers()] == [200, 200]


class TestFaults:
    """Files that cannot be used, each with its sentence."""

    def test_a_file_that_is_not_there(self, files: Files) -> None:
        for pair in (("no.pem", str(files.key)), (str(files.certificate), "no.pem")):
            with pytest.raises(CertificateError, match=r"'no\.pem', which cannot be read: No such"):
                Certificate(*pair)

    def test_a_key_of_another_certificate(self, files: Files, tmp_path: Path) -> None:
        other = Files(tmp_path)
        with pytest.raises(CertificateError, match="is not that of the certificate in"):
            Certificate(str(files.certificate), str(other.key))

    def test_something_else(self, files: Files, tmp_path: Path) -> None:
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear Susan, ")
        for pair in (
            (str(letter), str(files.key)),
            (str(files.certificate), str(letter)),
            (str(files.key), str(files.certificate)),
        ):
            with pytest.raises(CertificateError, match=r"both in PEM: '.*' and '.*' are not"):
                Certificate(*pair)

    def test_an_encrypted_key(self, files: Files, tmp_path: Path) -> None:
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
        encrypted = tmp_path / "encrypted.key"
        encrypted.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"secret"),
            )
        )
        with pytest.raises(CertificateError, match="is encrypted"):
            Certificate(str(files.certificate), str(encrypted))

    @pytest.mark.parametrize("name", ["TODO_TLS_CERTIFICATE", "TODO_TLS_KEY"])
    def test_one_without_the_other(self, name: str) -> None:
        with pytest.raises(CertificateError, match="are needed together"):
            certificate_for(read_settings({name: "todo.pem"}))

    def test_a_person_is_told_before_anything_is_made(self, tmp_path: Path) -> None:
        database = tmp_path / "todo.db"
        settings = {"TODO_TLS_CERTIFICATE": "no.pem", "TODO_TLS_KEY": "no.key"}
        environment = environment_with(TODO_DATABASE_URL=f"sqlite:///{database}", **settings)
        done = CliRunner().invoke(main, ["serve"], env=environment)
        assert done.exit_code == 1
        assert done.stderr == (
            "Error: TODO_TLS_CERTIFICATE names 'no.pem', which cannot be read:"
            " No such file or directory.\n"
        )
        assert not database.exists()


class TestInsecure:
    """Passwords in plain HTTP from other machines, only where the administrator insists."""

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"TODO_HOST": "localhost"},
            {"TODO_HOST": "::1"},
            {"TODO_HOST": ANYWHERE, "TODO_PUBLIC_URL": "https://todo.example"},
            {"TODO_HOST": ANYWHERE, "TODO_TRUSTED_PROXIES": "10.0.0.1"},
        ],
        ids=str,
    )
    def test_encrypted_or_local_ones_are_fine(
        self, settings: dict[str, str], caplog: pytest.LogCaptureFixture
    ) -> None:
        refuse_unsafe(read_settings(settings))
        assert not caplog.records

    def test_so_is_a_certificate(self, files: Files) -> None:
        refuse_unsafe(read_settings({"TODO_HOST": ANYWHERE, **files.settings}))

    @pytest.mark.parametrize("host", [ANYWHERE, "::", "192.0.2.1", "todo.example"])
    @pytest.mark.parametrize("public_url", ["", "http://todo.example"])
    def test_others_are_refused(self, host: str, public_url: str) -> None:
        settings = read_settings({"TODO_HOST": host, "TODO_PUBLIC_URL": public_url})
        with pytest.raises(ListenError, match="TODO_TLS_CERTIFICATE") as refused:
            refuse_unsafe(settings)
        assert "TODO_INSECURE_HTTP=allowed" in str(refused.value)

    def test_or_allowed_with_a_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        settings = read_settings({"TODO_HOST": ANYWHERE, "TODO_INSECURE_HTTP": "allowed"})
        refuse_unsafe(settings)
        [warning] = caplog.records
        assert warning.levelno == logging.WARNING
        assert "unencrypted" in warning.getMessage()

    def test_a_person_is_told_before_anything_listens(self, tmp_path: Path) -> None:
        database = tmp_path / "todo.db"
        environment = environment_with(
            TODO_HOST=ANYWHERE, TODO_PORT="0", TODO_DATABASE_URL=f"sqlite:///{database}"
        )
        done = CliRunner().invoke(main, ["serve"], env=environment)
        assert done.exit_code == 1
        assert done.stderr.startswith(f"Error: Passwords would come to {ANYWHERE} unencrypted. ")
        assert not database.exists()
