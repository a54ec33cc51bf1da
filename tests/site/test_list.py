"""The web client's list: which rows are rendered, and what is in sight."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until

COUNT = """
const { format } = Intl.RelativeTimeFormat.prototype;
const { setInterval: repeat } = globalThis;
globalThis.rendered = 0;
Intl.RelativeTimeFormat.prototype.format = function (...given) {
  globalThis.rendered += 1;
  return format.apply(this, given);
};
globalThis.setInterval = (act, pause) => (pause < 60_000 ? repeat(act, pause) : 0);
"""
"""Count the rows that are rendered: each says "Tomorrow" then. The clock of the page, which makes
what is due another thing from minute to minute, stands still."""

KEYS = "[...document.querySelectorAll('.task')].map((row) => row.dataset.key)"


@pytest.fixture
def filled(page: Page, api: ApiOfUser) -> WebClient:
    """A list of 200 tasks, of which a part is in the page."""
    page.add_init_script(COUNT)
    due = (datetime.now(UTC) + timedelta(days=1, hours=1)).date().isoformat()
    lines = "".join(f'{{"title": "Task {number}", "due": "{due}"}}\n' for number in range(200))
    headers = {"Content-Type": "application/jsonl"}
    assert api.post("/tasks/import", content=lines, headers=headers).is_success
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(page.get_by_text("200 tasks")).to_be_visible()
    client.saved()
    return client


def rendered(client: WebClient, act: Callable[[], object], seen: Callable[[], object]) -> int:
    """Return how many rows are rendered from an action until what comes of it is seen."""
    client.page.evaluate("globalThis.rendered = 0")
    act()
    seen()
    count: int = client.page.evaluate("globalThis.rendered")
    return count


def test_moving_on_renders_no_row(filled: WebClient) -> None:
    page = filled.page
    title = page.locator(".task.chosen .name:focus .title")
    count = rendered(
        filled,
        lambda: page.keyboard.press("j"),
        lambda: expect(title).to_have_text("Task 0"),
    )
    assert count == 0


def test_scrolling_renders_the_rows_that_come(filled: WebClient) -> None:
    page = filled.page
    before = set(page.evaluate(KEYS))
    count = rendered(
        filled,
        lambda: page.locator("#list").evaluate("list => list.scrollBy(0, 600)"),
        lambda: until(page, lambda: not before >= set(page.evaluate(KEYS))),
    )
    assert 0 < count == len(set(page.evaluate(KEYS)) - before)


def test_selecting_renders_the_rows_that_are_selected(filled: WebClient) -> None:
    page, keys = filled.page, filled.page.keyboard
    keys.press("j")
    expect(page.locator(".task.chosen .name:focus")).to_have_count(1)
    count = rendered(
        filled,
        lambda: keys.press("Shift+J"),
        lambda: expect(page.locator(".task.selected")).to_have_count(2),
    )
    assert count == 2


def test_a_change_renders_its_row_and_so_does_its_arrival(
    filled: WebClient, api: ApiOfUser
) -> None:
    page, keys = filled.page, filled.page.keyboard
    keys.press("j")
    expect(page.locator(".task.chosen .name:focus")).to_have_count(1)

    def seen() -> None:
        expect(page.locator(".task.p2")).to_have_count(1)
        filled.saved()
        # What the service tells of the change, before it tells of this, is nothing new.
        api.post("/tasks", json={"title": "From afar"})
        expect(page.get_by_text("201 tasks")).to_be_visible()

    assert 0 < rendered(filled, lambda: keys.press("2"), seen) <= 2


def test_what_is_added_comes_into_sight_above_the_message(filled: WebClient) -> None:
    page = filled.page
    page.clock.set_fixed_time(datetime.now(UTC))  # so that the message stays
    filled.add("The last one")
    row = page.locator(".task", has_text="The last one")
    expect(row).to_be_in_viewport(ratio=1)
    expect(filled.adding).to_be_focused()
    message = page.locator(".toast").bounding_box()
    place = row.bounding_box()
    assert message
    assert place
    assert place["y"] + place["height"] <= message["y"]
