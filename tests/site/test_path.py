"""The web client below a path of a host that has other services, too."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import expect

from tests.support.browser import ADDRESS, chromium, find_chromium
from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.databases import SQLiteDatabases, lack
from tests.support.processes import running
from tests.support.serving import STOP_SECONDS, free_port
from tests.support.web_client import WebClient
from todo_api.storage import Database, insert_user

CADDYFILE = """
{{
    admin off
    auto_https off
}}
http://:{port} {{
    handle_path /apps/todo/* {{
        reverse_proxy {service}
    }}
    log {{
        output file {log}
    }}
    respond "another service" 418
}}
"""
START_SECONDS = 20


def test_the_client_asks_nothing_of_the_others(
    sqlite_databases: SQLiteDatabases, tmp_path: Path
) -> None:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    if shutil.which("caddy") is None:
        lack("caddy")
    url = sqlite_databases.fresh()
    database = Database(url)
    with database.transaction() as db:
        insert_user(db, username="susan", email=None, password_hash=PASSWORD_HASH)
    database.close()
    with ExitStack() as stack:
        public = {"TODO_PUBLIC_URL": f"{ADDRESS}/apps/todo", "TODO_TRUSTED_PROXIES": "127.0.0.1"}
        service = stack.enter_context(running(tmp_path / "log", url, **public))
        origin = stack.enter_context(proxied(service.origin, tmp_path))
        context = stack.enter_context(chromium(executable, origin)).new_context()
        client = WebClient(context.new_page(), "/apps/todo/")
        client.sign_in("susan", PASSWORD, stay=True)
        client.add("Read a book")
        client.saved()
        client.page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        assert client.complaints == []
        manifest = context.new_cdp_session(client.page).send("Page.getAppManifest")
        assert manifest["manifest"]["startUrl"] == f"{ADDRESS}/apps/todo/"
        client.page.goto(f"{ADDRESS}/apps/todo/join#a_code")
        expect(client.page.get_by_text("This invitation leads nowhere")).to_be_visible()
        assert client.page.url == f"{ADDRESS}/apps/todo/"
        context.set_offline(offline=True)
        client.page.goto(f"{ADDRESS}/apps/todo/join#a_code")
        expect(client.page.get_by_text("The service cannot be reached")).to_be_visible()
        client.page.keyboard.press("Escape")
        client.page.reload()
        expect(client.checkbox("Read a book")).to_be_visible()
        own = f"{ADDRESS}/apps/todo/"
        assert [address for address in client.requests if not address.startswith(own)] == []
        asked = (tmp_path / "asked").read_text()
        assert '"uri":"/apps/todo/worker.js"' in asked
        assert '"status":418' not in asked


@contextmanager
def proxied(service: str, folder: Path) -> Iterator[str]:
    """Run a proxy that takes the path off; give its origin."""
    port = free_port()
    configuration = folder / "Caddyfile"
    configuration.write_text(
        CADDYFILE.format(port=port, service=service, log=folder / "asked"), "utf-8"
    )
    origin = f"http://127.0.0.1:{port}"
    with (folder / "proxy").open("w") as log:
        proxy = subprocess.Popen(
            ["caddy", "run", "--config", str(configuration)], stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{origin}/apps/todo/healthz"):
            assert time.monotonic() < deadline, (folder / "proxy").read_text()
            time.sleep(0.05)
        yield origin
    finally:
        proxy.terminate()
        proxy.wait(STOP_SECONDS)


def answers(address: str) -> bool:
    """Tell whether the service is reached at an address."""
    try:
        return httpx2.get(address).status_code == 200
    except httpx2.TransportError:
        return False
