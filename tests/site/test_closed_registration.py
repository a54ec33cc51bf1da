"""The web client of a service where strangers cannot register, but whoever was invited can."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import chromium, find_chromium
from tests.support.databases import SQLiteDatabases, lack
from tests.support.processes import running
from tests.support.web_client import PASSWORD, WebClient
from todo_api.identity import invite
from todo_api.storage import Database


def test_an_invitation_makes_an_account(sqlite_databases: SQLiteDatabases, tmp_path: Path) -> None:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    url = sqlite_databases.fresh()
    database = Database(url)
    eve, david = (invite(database, name, timedelta(days=1)).code for name in ("eve", "david"))
    database.close()
    with ExitStack() as stack:
        service = stack.enter_context(running(tmp_path / "log", url))
        context = stack.enter_context(chromium(executable, service.origin)).new_context()
        client = WebClient(context.new_page())
        page = client.page
        page.get_by_role("link", name="Create an account").click()
        page.get_by_role("textbox", name="Username").fill("eve")
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("textbox", name="Invitation").fill(david)
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_role("textbox", name="Invitation").fill(f" {eve} ")
        page.get_by_role("button", name="Create account").click()
        client.add("Begin")
        client.saved()
