"""A person at the web client: headless Chromium, driven by Playwright."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browser import ADDRESS, WatchedPage
from tests.support.serving import ServedApp

NUMBERS = count(1)
TOOLS = Path(__file__).parents[1] / "site" / "client"
PASSWORD = "a boa and a king cobra"
ZONE = "Europe/Madrid"
"""Where the browser is, if nothing else is said, and the own lists of those who are registered."""
READ_STORE = """([username, store]) => new Promise(resolve => {
  const opening = indexedDB.open(`todo:${username}`);
  opening.onsuccess = () => {
    const db = opening.result;
    const reading = db.transaction(store).objectStore(store).getAll();
    reading.onsuccess = () => { db.close(); resolve(reading.result); };
  };
})"""
"""Read one of the stores of the local copy."""

FORGET_OF_LISTS = """([username, member]) => new Promise((resolve) => {
  const opening = indexedDB.open(`todo:${username}`);
  opening.onsuccess = () => {
    const db = opening.result;
    const writing = db.transaction("lists", "readwrite");
    const lists = writing.objectStore("lists");
    lists.getAll().onsuccess = ({ target }) => {
      for (const list of target.result) {
        delete list[member];
        lists.put(list);
      }
    };
    writing.oncomplete = () => { db.close(); resolve(); };
  };
})"""
"""Makes a user's local copy one of before a member of lists was kept."""
VISIBILITY = """(value) => {
  Object.defineProperty(document, "visibilityState", { value, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class ApiOfUser(httpx2.Client):
    """The API for one user."""

    def __init__(self, username: str, base_url: str) -> None:
        super().__init__(base_url=base_url, auth=(username, PASSWORD), timeout=60)
        self.username = username


@contextmanager
def registered(service: ServedApp) -> Iterator[ApiOfUser]:
    """Give the API to a user who is new, with a list of their own as the client has it made."""
    username = f"susan{next(NUMBERS)}"
    account = {"username": username, "password": PASSWORD}
    answer = httpx2.post(f"{service.base_url}/users", json=account, timeout=60)
    assert answer.status_code == 201, answer.text
    with ApiOfUser(username, service.base_url) as api:
        [own] = api.get("/lists").json()["lists"]
        assert api.put(own["uri"], json={"time_zone": ZONE}).status_code == 200
        yield api


def shared_list(owner: ApiOfUser, member: ApiOfUser, role: str, *titles: str) -> dict[str, Any]:
    """Make a list `Kitchen` with these tasks, in which another user has a role."""
    kitchen: dict[str, Any] = owner.post("/lists", json={"name": "Kitchen"}).json()["list"]
    for title in titles:
        owner.post("/tasks", json={"title": title, "list_id": kitchen["id"]})
    invitation = owner.post(f"{kitchen['uri']}/invitations", json={"role": role})
    code = invitation.json()["invitation"]["code"]
    assert member.post("/invitations/redeem", json={"code": code}).status_code == 200
    return kitchen


class WebClient(WatchedPage):
    """The web client in a page."""

    def __init__(self, page: Page, place: str = "/") -> None:
        """Open the client as a person does: by the address of the service alone."""
        super().__init__(page)
        page.goto(ADDRESS + place)

    def sign_in(self, username: str, password: str, *, stay: bool = False) -> None:
        """Fill in the form and send it."""
        self.page.get_by_role("textbox", name="Username").fill(username)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.page.get_by_role("checkbox", name="Stay signed in").set_checked(stay)
        self.page.get_by_role("button", name="Sign in").click()

    @property
    def adding(self) -> Locator:
        """The box for quick add."""
        return self.page.get_by_role("textbox", name="Add a task")

    @property
    def status(self) -> Locator:
        """The region that says how the list stands."""
        return self.page.get_by_role("status")

    @property
    def titles(self) -> list[str]:
        """The titles that the list shows, in its order."""
        return self.page.locator(".task .title").all_inner_texts()

    def add(self, line: str) -> None:
        """Write a line, and finish it with Enter."""
        self.adding.fill(line)
        self.adding.press("Enter")

    def checkbox(self, title: str) -> Locator:
        """The checkbox of a task."""
        return self.page.get_by_role("checkbox", name=title, exact=True)

    def open(self, title: str) -> Locator:
        """Open a task."""
        self.page.locator(".task .name", has_text=title).click()
        return self.page.get_by_role("dialog", name="Task")

    def go(self, view: str) -> None:
        """Go to a view by its link."""
        self.page.get_by_role("link", name=view, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(view)

    def open_menu(self) -> None:
        """Open what a narrow screen has no room for."""
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
            menu.click()

    def saved(self) -> None:
        """Wait until everything has been sent."""
        expect(self.status).to_have_text("All changes saved", timeout=60_000)

    def reach_again(self, url: str) -> None:
        """Let requests pass that were cut off, without waiting until the client tries again."""
        self.page.unroute(url)
        self.look_again()

    def look_again(self) -> None:
        """Follow the service now, not in five seconds."""
        self.page.evaluate("() => void dispatchEvent(new Event('online'))")

    def hide(self) -> None:
        """Go to another tab."""
        self.page.evaluate(VISIBILITY, "hidden")

    def show(self) -> None:
        """Come back from there."""
        self.page.evaluate(VISIBILITY, "visible")

    def copy_of(self, username: str, store: str) -> list[dict[str, Any]]:
        """Read the ``tasks``, the ``lists`` or the ``outbox`` of the local copy."""
        read: list[dict[str, Any]] = self.page.evaluate(READ_STORE, [username, store])
        return read


def held_back(page: Page, url: str) -> list[Route]:
    """Hold up the requests to addresses of a pattern; return those that wait, as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:  # Playwright looks at the arguments, which `append` hides
        held.append(route)

    page.route(url, hold)
    return held


def until(page: Page, holds: Callable[[], bool], seconds: float = 40) -> None:
    """Let the page go on until this holds."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, "it never held"
        page.wait_for_timeout(50)
