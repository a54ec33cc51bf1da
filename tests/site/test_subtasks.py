"""The web client's subtasks: below their parents, deleted and restored with them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until


def titles_by_parent(api: ApiOfUser) -> dict[str, str | None]:
    """Return the title of each task with that of its parent."""
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    titles = {task["id"]: task["title"] for task in tasks}
    return {task["title"]: titles.get(task["parent_id"]) for task in tasks}


def add_subtasks(client: WebClient, parent: str, *titles: str) -> None:
    """Open a task, and add these below it."""
    editor = client.open(parent)
    box = editor.get_by_role("textbox", name="Add a subtask")
    for title in titles:
        box.fill(title)
        box.press("Enter")
    editor.get_by_role("button", name="Close").click()


def test_subtasks_are_added_and_seen_below_their_parent(client: WebClient, api: ApiOfUser) -> None:
    page = client.page
    client.add("Travel")
    client.add("Read")
    add_subtasks(client, "Travel", "Pack", "Book a train")
    assert client.titles == ["Travel", "Pack", "Book a train", "Read"]
    expect(page.locator(".task", has_text="Pack")).to_have_attribute("aria-level", "2")
    row = page.locator(".task", has_text="Travel")
    client.checkbox("Pack").check()
    expect(row.locator(".progress")).to_have_text("1/21 of 2 subtasks done")
    page.get_by_role("button", name="Subtasks of “Travel”").click()
    expect(page.locator(".task")).to_have_count(2)
    assert client.titles == ["Travel", "Read"]
    page.keyboard.press("ArrowRight")
    row.locator(".name").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".task", has_text="Book a train")).to_be_visible()
    client.saved()
    expected = {"Travel": None, "Read": None, "Pack": "Travel", "Book a train": "Travel"}
    assert titles_by_parent(api) == expected


@pytest.mark.parametrize("stay", [True, False])
def test_what_is_folded_stays_so_after_a_reload(page: Page, api: ApiOfUser, stay: bool) -> None:  # noqa: FBT001 - the case
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=stay)
    client.add("Travel")
    add_subtasks(client, "Travel", "Pack")
    client.saved()
    fold = page.get_by_role("button", name="Subtasks of “Travel”")
    for expected in (1, 2):
        fold.click()
        for _ in range(2):
            expect(page.locator(".task")).to_have_count(expected)
            page.reload()
    fold.click()
    page.get_by_role("button", name="Sign out").click()
    client.sign_in(api.username, PASSWORD, stay=stay)
    expect(page.locator(".task")).to_have_count(2)
    assert client.complaints == []


def test_a_view_of_days_says_what_a_subtask_belongs_to(client: WebClient) -> None:
    client.add("Travel")
    add_subtasks(client, "Travel", "Pack")
    editor = client.open("Pack")
    editor.get_by_label("Due day").fill(datetime.now(UTC).date().isoformat())
    editor.get_by_role("button", name="Close").click()
    client.go("Today")
    expect(client.page.locator(".task .under")).to_have_text("below “Travel”")


def test_the_parent_is_chosen_by_its_title(client: WebClient, api: ApiOfUser) -> None:
    for line in ("Travel", "Pack", "Done !1"):
        client.add(line)
    client.checkbox("Done").check()
    parent = client.open("Pack").get_by_role("combobox", name="Subtask of")
    parent.fill("Trav")
    parent.press("Tab")
    expect(client.page.get_by_role("alert").filter(has_text="No open task")).to_be_visible()
    parent.fill("Travel")
    parent.press("Tab")
    expect(client.page.locator(".task[aria-level='2']")).to_have_count(1)
    client.saved()
    assert titles_by_parent(api)["Pack"] == "Travel"
    parent.fill("")
    parent.press("Tab")
    client.saved()
    assert titles_by_parent(api)["Pack"] is None


def test_a_subtask_made_offline_under_a_parent_made_offline_arrives_below_it(
    page: Page, api: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    client.page.context.set_offline(offline=True)
    client.add("Travel")
    add_subtasks(client, "Travel", "Pack")
    add_subtasks(client, "Pack", "Buy socks", "Dropped")
    client.open("Dropped").get_by_role("button", name="Delete").click()
    client.page.reload()
    expect(client.page.locator(".task")).to_have_count(3)
    assert client.titles == ["Travel", "Pack", "Buy socks"]
    client.page.context.set_offline(offline=False)
    client.look_again()
    client.saved()
    expected = {"Travel": None, "Pack": "Travel", "Buy socks": "Pack"}
    assert titles_by_parent(api) == expected


def test_a_deletion_takes_the_subtasks_along_and_undoing_brings_them_back(
    page: Page, api: ApiOfUser
) -> None:
    page.clock.set_fixed_time(datetime.now(UTC))  # so that it can be undone for as long as it takes
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.add("Travel")
    add_subtasks(client, "Travel", "Pack")
    add_subtasks(client, "Pack", "Buy socks")
    client.saved()
    before = titles_by_parent(api)
    for is_sent in (False, True):
        client.open("Travel").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("“Travel” is deleted, and so are its subtasks: 2")).to_be_visible()
        expect(page.locator(".task")).to_have_count(0)
        if is_sent:
            client.hide()
            until(page, lambda: titles_by_parent(api) == {})
            client.show()
            client.saved()
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".task")).to_have_count(3)
        client.saved()
        assert titles_by_parent(api) == before
        assert client.titles == ["Travel", "Pack", "Buy socks"]
    assert client.complaints == []
