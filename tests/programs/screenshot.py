"""Take the pictures of the pages: ``python -m tests.programs.screenshot docs``."""

import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Console, chromium, find_chromium
from tests.support.serving import served
from tests.support.web_client import WebClient
from todo_api.cli.demo_data import PASSWORD, USERNAME

WIDTH, HEIGHT = 1280, 900
NARROW_WIDTH, NARROW_HEIGHT = 390, 844
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LINES = (
    "Return the library books 2026-11-02 #errand",
    "Call Susan about the summer house today 18:30 #family !3",
    "Buy milk, eggs and good bread today #errand !2",
    "Water the tomatoes today #garden",
    "Book the train to Lisbon tomorrow 9:00 #travel !1",
    "Write the talk about honest APIs in 3 days #work !2",
    "Renew the passport in 2 weeks #travel",
    "Empty the dishwasher every day",
    "Learn to make pasta by hand",
)
LIST = "Summer house"
SUBTASKS = ("Measure the windows", "Choose a colour", "Order it")
LIST_LINES = ("Paint the shutters !1", "Mow the lawn every 2 weeks", "Ask about the boat")
DESCRIPTION = """\
She has **two offers**:

- the one by the lake
- the one with [the big kitchen](https://example.com/kitchen)
"""


def take_pictures(executable: str, folder: Path) -> None:
    """Serve the demo on a new database, and picture the console and the web client."""
    of_client = folder / "web-client"
    of_client.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as data,
        served(f"sqlite:///{data}/todo.db", Path(data, "errors.log")) as service,
        chromium(executable, service.origin) as browser,
    ):
        picture_console(browser, folder / "console.png")
        picture_client(browser, of_client)


def picture_console(browser: Browser, picture: Path) -> None:
    """Picture the console with a list of tasks."""
    console = Console(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}))
    console.authorize(USERNAME, PASSWORD)
    operation = console.open("get_tasks")
    console.execute(operation)
    operation.evaluate("element => element.scrollIntoView()")
    console.page.mouse.move(0, 0)
    # What the mouse was over fades.
    console.page.wait_for_timeout(1000)
    console.page.screenshot(path=picture)


def picture_client(browser: Browser, folder: Path) -> None:
    """Picture each view of the web client, wide and narrow, light and dark."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB", timezone_id="UTC"
    )
    client = WebClient(page)
    picture(page, folder, "sign-in")
    client.sign_in(USERNAME, PASSWORD)
    fill(client)
    for view in ("Upcoming", "All tasks", "Done", "Trash", "Today"):
        client.go(view)
        picture(page, folder, view.split()[0].lower())
    picture_list(client, folder)
    client.go("Today")
    client.open("Call Susan")
    picture(page, folder, "task")
    page.get_by_role("button", name="Close").click()
    client.adding.fill("Buy milk every friday 17:00 #errand !2")
    picture(page, folder, "adding")
    client.adding.fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    picture(page, folder, "keys")
    page.keyboard.press("Escape")
    rows = page.locator(".task .name")
    rows.nth(0).click(modifiers=["ControlOrMeta"])
    rows.nth(2).click(modifiers=["Shift"])
    picture(page, folder, "selection")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("button", name="Revoke")).to_be_visible(timeout=20_000)
    picture(page, folder, "account")


def fill(client: WebClient) -> None:
    """Write tasks into two lists."""
    page = client.page
    page.get_by_role("button", name="New list").click()
    page.get_by_role("textbox", name="Name").fill(LIST)
    page.get_by_role("button", name="Create the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LIST, timeout=20_000)
    for line in LIST_LINES:
        client.add(line)
    client.open("boat").get_by_role("button", name="Delete").click()
    task = client.open("shutters")
    for title in SUBTASKS:
        task.get_by_role("textbox", name="Add a subtask").fill(title)
        page.keyboard.press("Enter")
    client.checkbox(SUBTASKS[0]).first.check()
    task.get_by_role("button", name="Close").click()
    client.go("All tasks")
    for line in LINES:
        client.add(line)
    task = client.open("Call Susan")
    task.get_by_label("Description").fill(DESCRIPTION)
    task.get_by_role("button", name="Close").click()
    client.checkbox("Learn Python").check()
    client.saved()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0, timeout=20_000)


def picture_list(client: WebClient, folder: Path) -> None:
    """Picture a list: its tasks, two of them open, and how it is shared."""
    page = client.page
    client.go(LIST)
    picture(page, folder, "list")
    task = client.open("shutters")
    picture(page, folder, "subtasks")
    task.get_by_role("button", name="Close").click()
    task = client.open("Mow")
    task.get_by_label("Repeat").scroll_into_view_if_needed()
    picture(page, folder, "repeating")
    task.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Edit or share").click()
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible(timeout=20_000)
    picture(page, folder, "sharing")
    page.keyboard.press("Escape")


def picture(page: Page, folder: Path, name: str) -> None:
    """Picture what is shown, in each size and each scheme of colours."""
    sizes = ((WIDTH, HEIGHT), (NARROW_WIDTH, NARROW_HEIGHT))
    for (width, height), scheme in product(sizes, SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


if __name__ == "__main__":
    chromium_here = find_chromium() or sys.exit("The pictures need Chromium, which is not here.")
    take_pictures(chromium_here, Path(sys.argv[1]))
