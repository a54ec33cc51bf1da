"""The order by hand in the web client: by dragging, by keys and by buttons, offline as well."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

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


class Finger:
    """A finger on the screen of a phone, as the browser's own gestures see it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def put(self, x: float, y: float) -> None:
        self.at = (x, y)
        self._tell("touchStart", self.at)

    def move(self, x: float, y: float, steps: int = 8) -> None:
        """Move there, as fast as a finger does."""
        from_x, from_y = self.at
        for step in range(1, steps + 1):
            part = step / steps
            self.at = (from_x + (x - from_x) * part, from_y + (y - from_y) * part)
            self._tell("touchMove", self.at)
            self.page.wait_for_timeout(16)

    def put_another(self, x: float, y: float) -> None:
        """Touch with a second finger for a moment."""
        self._tell("touchStart", self.at, (x, y))
        self._tell("touchMove", self.at, (x, y + 60))
        self._tell("touchMove", self.at)

    def lift(self) -> None:
        self._tell("touchEnd")

    def lose(self) -> None:
        """Have the system take the touch for something else."""
        self._tell("touchCancel")

    def _tell(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"id": number, "x": x, "y": y} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


MANY = [f"Task {number}" for number in range(30)]
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def phone(browser: Browser, api: ApiOfUser) -> Iterator[WebClient]:
    """The view of a list of many tasks, on a phone."""
    creations = [{"create": {"title": title}} for title in MANY]
    assert api.post("/tasks/batch", json={"operations": creations}).is_success
    with browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        client = WebClient(context.new_page())
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()
        client.open_menu()
        client.go("Tasks")
        expect(client.page.locator(".grip").first).to_be_visible()
        yield client
        assert client.complaints == []


def box_of(part: Locator) -> tuple[float, float, float, float]:
    """Return where a part of the page is: left, top, right, bottom."""
    box = part.bounding_box()
    assert box
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def grip_of(client: WebClient, title: str) -> tuple[float, float]:
    """Return the middle of a grip, which is large enough for a finger."""
    row = client.page.locator(".task").filter(has=client.page.get_by_text(title, exact=True))
    left, top, right, bottom = box_of(row.locator(".grip"))
    assert right - left >= 40
    assert bottom - top >= 40
    return (left + right) / 2, (top + bottom) / 2


def test_a_finger_drags_a_row_further_than_the_screen(phone: WebClient, api: ApiOfUser) -> None:
    page, finger = phone.page, Finger(phone.page)
    x, y = grip_of(phone, "Task 1")
    finger.put(x, y)
    finger.move(x, box_of(page.locator("#list"))[3] - 10)
    expect(page.locator(".dragged")).to_be_attached()
    until(page, lambda: phone.titles[-1] == "Task 29")
    until(
        page,
        lambda: page.evaluate(
            "(({scrollTop, clientHeight, scrollHeight}) =>"
            " scrollTop + clientHeight >= scrollHeight - 1)(document.getElementById('list'))"
        ),
    )
    finger.lift()
    until(page, lambda: phone.titles[-2:] == ["Task 29", "Task 1"])
    expect(page.locator(".drop, .dragged")).to_have_count(0)
    phone.saved()
    assert [title for title, _ in tree_of(api)] == ["Task 0", *MANY[2:], "Task 1"]


def test_a_finger_puts_a_row_below_another_only_if_it_goes_to_the_side(
    phone: WebClient, api: ApiOfUser
) -> None:
    finger = Finger(phone.page)
    x, y = grip_of(phone, "Task 3")
    finger.put(x, y)
    finger.move(x + 14, y - 56 - 20)  # a thumb does not go straight
    finger.lift()
    until(phone.page, lambda: phone.titles[1:4] == ["Task 1", "Task 3", "Task 2"])
    expect(phone.page.locator(".task[aria-level='2']")).to_have_count(0)
    x, y = grip_of(phone, "Task 3")
    finger.put(x, y)
    finger.move(x + 40, y + 4)
    finger.lift()
    expect(phone.page.locator(".task[aria-level='2'] .title")).to_have_text("Task 3")
    phone.saved()
    assert ("Task 3", "Task 1") in tree_of(api)


def test_a_finger_on_a_row_scrolls_and_what_is_not_finished_moves_nothing(
    phone: WebClient, api: ApiOfUser
) -> None:
    page, finger = phone.page, Finger(phone.page)
    x, y = grip_of(phone, "Task 5")
    finger.put(200, y)
    finger.move(200, y - 200)
    finger.lift()
    until(page, lambda: page.locator("#list").evaluate("list => list.scrollTop") > 50)
    expect(page.locator(".drop, .dragged")).to_have_count(0)
    x, y = grip_of(phone, "Task 8")
    finger.put(x, y)
    finger.move(x, y + 120)
    expect(page.locator(".drop")).to_be_attached()
    finger.lose()
    expect(page.locator(".drop, .dragged")).to_have_count(0)
    assert [title for title, _ in tree_of(api)] == MANY


def test_a_second_finger_does_not_end_a_drag(phone: WebClient, api: ApiOfUser) -> None:
    finger = Finger(phone.page)
    x, y = grip_of(phone, "Task 4")
    finger.put(x, y)
    finger.move(x, y - 56)
    finger.put_another(300, y + 100)
    finger.move(x, y - 2 * 56 - 20)
    finger.lift()
    until(phone.page, lambda: phone.titles[:4] == ["Task 0", "Task 1", "Task 4", "Task 2"])
    phone.saved()
    assert [title for title, _ in tree_of(api)][:4] == ["Task 0", "Task 1", "Task 4", "Task 2"]
