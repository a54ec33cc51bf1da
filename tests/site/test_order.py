"""The order by hand in the web client: by dragging, by keys and by buttons, offline as well."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until

TITLES = ("One", "Two", "Three")


@pytest.fixture
def listed(page: Page, api: ApiOfUser) -> WebClient:
    """The view of a list of three tasks."""
    for title in TITLES:
        assert api.post("/tasks", json={"title": title}).is_success
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.go("Tasks")
    expect(page.locator(".task")).to_have_count(3)
    client.saved()
    return client


def tree_of(api: ApiOfUser) -> list[tuple[str, str | None]]:
    """Return each task with its parent, in the order by hand."""
    tasks: list[dict[str, Any]] = api.get("/tasks?sort=position").json()["tasks"]
    titles = {task["id"]: task["title"] for task in tasks}
    return [(task["title"], titles.get(task["parent_id"])) for task in tasks]


def shows(client: WebClient, *titles: str) -> None:
    """Wait until the list is in this order."""
    until(client.page, lambda: client.titles == list(titles))


def test_keys_move_a_task_and_undoing_puts_it_back(listed: WebClient, api: ApiOfUser) -> None:
    page, keys = listed.page, listed.page.keyboard
    page.locator(".task .name", has_text="Three").focus()
    keys.press("Alt+Shift+ArrowUp")
    shows(listed, "One", "Three", "Two")
    expect(page.locator(".task .name:focus .title")).to_have_text("Three")
    keys.press("Alt+Shift+ArrowUp")
    shows(listed, "Three", "One", "Two")
    keys.press("Alt+Shift+ArrowUp")
    listed.saved()
    assert tree_of(api) == [("Three", None), ("One", None), ("Two", None)]
    keys.press("Alt+Shift+ArrowDown")
    shows(listed, "One", "Three", "Two")
    keys.press("Alt+Shift+ArrowRight")
    expect(page.locator(".task[aria-level='2'] .title")).to_have_text("Three")
    listed.saved()
    assert ("Three", "One") in tree_of(api)
    keys.press("Alt+Shift+ArrowLeft")
    expect(page.locator(".task[aria-level='2']")).to_have_count(0)
    listed.saved()
    assert tree_of(api) == [("One", None), ("Three", None), ("Two", None)]
    keys.press("Control+z")
    expect(page.locator(".task[aria-level='2'] .title")).to_have_text("Three")
    listed.saved()
    assert ("Three", "One") in tree_of(api)


def test_buttons_of_the_open_task_do_the_same(listed: WebClient, api: ApiOfUser) -> None:
    editor = listed.open("Two")
    button = editor.get_by_role("button", name="Move up")
    button.click()
    shows(listed, "Two", "One", "Three")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")
    editor.get_by_role("button", name="Move down").click()
    editor.get_by_role("button", name="Make a subtask of the one above").click()
    expect(listed.page.locator(".task[aria-level='2'] .title")).to_have_text("Two")
    listed.saved()
    assert tree_of(api) == [("One", None), ("Two", "One"), ("Three", None)]
    editor.get_by_role("button", name="Move out").click()
    expect(listed.page.locator(".task[aria-level='2']")).to_have_count(0)
    editor.get_by_role("button", name="Close").click()
    listed.go("All tasks")
    expect(listed.open("Two").get_by_role("button", name="Move up")).to_have_count(0)


def drag(client: WebClient, title: str, over: str, *, below: bool, right: float = 0) -> None:
    """Drag a row by its grip to the upper or the lower edge of another row."""
    page, mouse = client.page, client.page.mouse
    dragged, passed = (
        page.locator(".task").filter(has=page.get_by_text(one, exact=True)) for one in (title, over)
    )
    grip, row = dragged.locator(".grip").bounding_box(), passed.bounding_box()
    assert grip
    assert row
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + right / 2, y + 4)
    mouse.move(x + right, row["y"] + (row["height"] - 2 if below else 2), steps=4)
    expect(page.locator(".drop")).to_be_visible()


def test_a_row_is_dragged_to_another_place_and_below_another(
    listed: WebClient, api: ApiOfUser
) -> None:
    mouse = listed.page.mouse
    drag(listed, "Three", "One", below=False)
    mouse.up()
    shows(listed, "Three", "One", "Two")
    drag(listed, "Three", "Two", below=True, right=24)
    mouse.up()
    shows(listed, "One", "Two", "Three")
    expect(listed.page.locator(".task[aria-level='2'] .title")).to_have_text("Three")
    listed.saved()
    assert ("Three", "Two") in tree_of(api)
    drag(listed, "One", "Three", below=True)
    listed.page.keyboard.press("Escape")
    mouse.up()
    expect(listed.page.locator(".drop")).to_have_count(0)
    assert listed.titles == ["One", "Two", "Three"]


def test_what_is_moved_offline_arrives_in_that_order(listed: WebClient, api: ApiOfUser) -> None:
    page = listed.page
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.context.set_offline(offline=True)
    listed.add("Four")
    page.locator(".task .name", has_text="Four").focus()
    for _ in range(2):
        page.keyboard.press("Alt+Shift+ArrowUp")
    shows(listed, "One", "Four", "Two", "Three")
    page.locator(".task .name", has_text="Three").focus()
    page.keyboard.press("Alt+Shift+ArrowUp")
    shows(listed, "One", "Four", "Three", "Two")
    page.reload()
    shows(listed, "One", "Four", "Three", "Two")
    page.context.set_offline(offline=False)
    listed.look_again()
    listed.saved()
    assert [title for title, _ in tree_of(api)] == ["One", "Four", "Three", "Two"]
