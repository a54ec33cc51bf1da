"""The web client, once the browser keeps it, where what is between it and the service fails."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import ADDRESS, chromium, find_chromium
from tests.support.databases import lack
from tests.support.serving import served
from tests.support.web_client import PASSWORD, WebClient, registered

SLOW = 1 / 8_000
"""Seconds a byte, as at the edge of a mobile network: the first load takes nine seconds."""
PIECE = 512
BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 11\r\n"
    b"Connection: close\r\n\r\nBad gateway"
)


class Proxy:
    """What is between the browser and the service: it can be slow, or have lost the service."""

    def __init__(self, origin: str) -> None:
        """Listen for connections to the service of an origin."""
        host, port = str(urlsplit(origin).hostname), urlsplit(origin).port or 0
        self.service = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.seconds_a_byte = 0.0
        self.is_alone = False
        self.line = Lock()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self.service) as service:
            Thread(target=self._answer, args=(service, client), daemon=True).start()
            while asked := client.recv(65_536):
                if self.is_alone:
                    client.sendall(BAD_GATEWAY)
                    return
                service.sendall(asked)

    def _answer(self, service: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := service.recv(PIECE):
                with self.line:  # which all connections share
                    time.sleep(len(piece) * self.seconds_a_byte)
                client.sendall(piece)


@contextmanager
def kept(folder: Path) -> Iterator[tuple[Page, Proxy]]:
    """Give a page whose files are kept, and what is between it and the service."""
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    with ExitStack() as running:
        service = running.enter_context(served(f"sqlite:///{folder}/todo.db", folder / "log"))
        api = running.enter_context(registered(service))
        proxy = Proxy(service.origin)
        running.callback(proxy.listener.close)
        browser = running.enter_context(chromium(executable, proxy.origin))
        client = WebClient(browser.new_context(locale="en-GB").new_page())
        client.sign_in(api.username, PASSWORD, stay=True)
        client.add("Wash")
        client.saved()
        client.page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        # It has forgotten them itself, or there are others since an upgrade.
        client.page.context.new_cdp_session(client.page).send("Network.clearBrowserCache")
        yield client.page, proxy


def test_the_client_opens_where_the_network_is_slow(tmp_path: Path) -> None:
    with kept(tmp_path) as (page, proxy):
        proxy.seconds_a_byte = SLOW
        page.goto(ADDRESS, wait_until="commit")
        expect(page.get_by_role("checkbox", name="Wash")).to_be_visible(timeout=20_000)
        proxy.seconds_a_byte = 0


@pytest.mark.parametrize("place", ["/", "/join"])
def test_the_client_opens_where_a_proxy_answers_for_a_service_that_is_away(
    tmp_path: Path, place: str
) -> None:
    with kept(tmp_path) as (page, proxy):
        proxy.is_alone = True
        page.goto(ADDRESS + place)
        expect(page.get_by_role("checkbox", name="Wash")).to_be_visible()
        proxy.is_alone = False
