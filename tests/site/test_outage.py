"""The web client while its service is down, or full."""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import expect

from tests.support.browser import chromium, find_chromium
from tests.support.databases import lack
from tests.support.serving import ServedApp, served
from tests.support.web_client import PASSWORD, WebClient, registered, shared_list, until


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


def test_what_makes_room_does_not_wait_for_what_needs_it(tmp_path: Path) -> None:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    database = f"sqlite:///{tmp_path}/todo.db"
    with ExitStack() as running:
        service = running.enter_context(served(database, tmp_path / "log", TODO_MAX_TASKS="3"))
        context = running.enter_context(chromium(executable, service.origin)).new_context()
        context.set_default_timeout(20_000)
        client = WebClient(context.new_page())
        client.sign_in("miguel", "python")
        client.add("Third")
        client.saved()
        client.add("Fourth")
        expect(client.status).to_have_text("Not saved", timeout=20_000)
        expect(client.page.get_by_role("alert")).to_contain_text("your quota is used up")
        client.open("Third").get_by_role("button", name="Delete").click()
        client.hide()
        client.saved()
        tasks = httpx2.get(f"{service.base_url}/tasks", auth=("miguel", "python")).json()["tasks"]
        titles = [task["title"] for task in tasks]
        assert (titles[2:], len(titles)) == (["Fourth"], 3)


def test_what_the_owner_of_a_list_has_no_room_for_stays_where_it_is(tmp_path: Path) -> None:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    database = f"sqlite:///{tmp_path}/todo.db"
    with ExitStack() as running:
        service = running.enter_context(served(database, tmp_path / "log", TODO_MAX_TASKS="2"))
        owner, api = (running.enter_context(registered(service)) for _ in range(2))
        shared_list(owner, api, "editor", "One", "Two")
        for title in ("Mine", "Also mine"):
            api.post("/tasks", json={"title": title})
        context = running.enter_context(chromium(executable, service.origin)).new_context()
        context.set_default_timeout(20_000)
        client = WebClient(context.new_page())
        client.sign_in(api.username, PASSWORD)
        client.go("Tasks")
        client.saved()
        for title in ("Mine", "Also mine"):
            client.page.get_by_text(title, exact=True).click(modifiers=["Control"])
        client.page.get_by_role("combobox", name="Move to list").select_option("Kitchen")
        for title in ("Mine", "Also mine"):
            told = f"“{title}” stays in its list: "
            expect(client.page.get_by_role("alert")).to_contain_text(told, timeout=60_000)
        until(client.page, lambda: client.titles == ["Mine", "Also mine"])
        client.saved()
        assert client.copy_of(api.username, "outbox") == []


def end(service: ServedApp) -> None:
    """End a service as an outage does."""
    service.process.kill()
    service.process.wait()
