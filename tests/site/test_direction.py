"""What people write from right to left, in a client whose own texts go from left to right."""

import pytest
from playwright.sync_api import Locator, expect

from tests.support.web_client import ApiOfUser, WebClient

TITLE = "לקנות 2 חלב (3%) ב-Aldi!"
LABEL = "קניות"
LIST = "בית 2 (new)"
TEXT = "עוד, ראו: `code`\n\n- אחד!\n- two"


@pytest.fixture
def there(client: WebClient, api: ApiOfUser) -> WebClient:
    """The client, in a list with a task that has a subtask and a label."""
    home = api.post("/lists", json={"name": LIST}).json()["list"]
    task = {"title": TITLE, "labels": [LABEL], "description": TEXT, "list_id": home["id"]}
    parent = api.post("/tasks", json=task).json()["task"]
    api.post("/tasks", json={"title": TITLE, "parent_id": parent["id"], "list_id": home["id"]})
    api.post("/tasks", json={"title": "Read", "description": TEXT, "list_id": home["id"]})
    client.look_again()
    client.go(LIST)
    expect(client.page.locator(".task")).to_have_count(3)
    return client


def goes(part: Locator, direction: str) -> None:
    """See that the text of a part of the page goes in this direction."""
    expect(part).to_have_css("direction", direction)


def test_names_and_titles_go_in_their_own_direction_wherever_they_are_shown(
    there: WebClient,
) -> None:
    page = there.page
    for part in (
        page.locator(".task .title").first,
        page.locator(".task .label").first,
        page.locator("h1 bdi"),
        page.get_by_role("navigation", name="Lists").locator("bdi", has_text=LIST),
        page.get_by_role("navigation", name="Labels").locator("bdi"),
    ):
        goes(part, "rtl")
    goes(page.locator(".task .title", has_text="Read"), "ltr")
    goes(page.locator(".task .excerpt", has_text="עוד"), "rtl")
    there.go("All tasks")
    goes(page.locator(".task .in bdi").first, "rtl")


def test_what_one_writes_goes_in_its_own_direction(there: WebClient) -> None:
    page = there.page
    goes(there.adding, "ltr")
    there.adding.fill(f"{TITLE} #{LABEL}")
    goes(there.adding, "rtl")
    goes(page.locator(".chip.label bdi"), "rtl")
    page.locator(".task .name").first.click()
    editor = page.get_by_role("dialog", name="Task")
    goes(editor.get_by_label("Title"), "rtl")
    goes(editor.locator(".subtasks li button"), "rtl")
    goes(editor.locator(".chip.label bdi"), "rtl")
    goes(editor.locator(".markdown p"), "rtl")
    goes(editor.locator(".markdown ul"), "rtl")
    editor.get_by_text("Edit the description").click()
    goes(editor.get_by_label("Description"), "rtl")
    editor.get_by_label("Description").fill("From here, too")
    goes(editor.get_by_label("Description"), "ltr")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit or share").click()
    goes(page.get_by_role("textbox", name="Name"), "rtl")
