"""The web client while its service is down: opened by its service worker, from its own copy."""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import expect

from tests.support.browser import chromium, find_chromium
from tests.support.databases import lack
from tests.support.serving import ServedApp, served
from tests.support.web_client import WebClient


def test_the_client_opens_and_works_on_while_the_service_is_down(tmp_path: Path) -> None:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    database = f"sqlite:///{tmp_path}/todo.db"
    with ExitStack() as running:
        service = running.enter_context(served(database, tmp_path / "log"))
        context = running.enter_context(chromium(executable, service.origin)).new_context()
        client = WebClient(context.new_page())
        page = client.page
        client.sign_in("miguel", "python", stay=True)
        client.saved()
        page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        end(service)

        client.add("Written in the dark")
        expect(client.status).to_have_text("Offline")
        page.reload()
        expect(client.checkbox("Written in the dark")).to_be_visible()
        expect(page.get_by_text("1 unsent")).to_be_visible(timeout=20_000)

        port = str(urlsplit(service.origin).port)
        with served(database, tmp_path / "again", TODO_PORT=port) as again:
            expect(client.status).to_have_text("All changes saved", timeout=40_000)
            titles = httpx2.get(f"{again.base_url}/tasks", auth=("miguel", "python")).json()
        assert [task["title"] for task in titles["tasks"]].count("Written in the dark") == 1


def end(service: ServedApp) -> None:
    """End a service as an outage does."""
    service.process.kill()
    service.process.wait()
