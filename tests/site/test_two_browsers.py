"""Two browsers of one account, random actions, and all that goes wrong: nothing lost or doubled.

Each task has a title that no other has, and its name is kept. The first browser alone writes
descriptions, the second alone chooses priorities: so what has to be in a task at the end is what
its writer wrote last, whatever happened in between.

``TEST_RELIABILITY=whole`` takes more seeds and more actions (``make test-reliability``).
"""

import logging
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Route, ViewportSize, expect
from playwright.sync_api import Error as PlaywrightError

from tests.support.browser import ADDRESS, chromium, find_chromium
from tests.support.databases import lack
from tests.support.serving import ServedApp, free_port, served
from tests.support.web_client import WebClient, until

WHOLE = bool(os.environ.get("TEST_RELIABILITY"))
SEEDS = range(12) if WHOLE else [1]
ACTIONS = 120 if WHOLE else 20
MOST_OUTAGES = 5 if WHOLE else 1
API = "**/todo/api/**"
LISTS = ("Tasks", "Kitchen")
MEMBERS = ("title", "description", "done", "due", "priority", "labels", "list_id")
USER = ("miguel", "python")
log = logging.getLogger(__name__)


class Service:
    """A service that is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}/todo/api/v1.0"
        self.starts = 0
        self.running: ExitStack | None = None
        self.app: ServedApp | None = None

    def start(self) -> None:
        if self.running:
            return
        self.starts += 1
        self.running = ExitStack()
        self.app = self.running.enter_context(
            served(
                f"sqlite:///{self.folder}/todo.db",
                self.folder / f"log{self.starts}",
                TODO_PORT=str(self.port),
            )
        )

    def make_list(self, name: str) -> None:
        answer = httpx2.post(f"{self.base_url}/lists", auth=USER, json={"name": name})
        assert answer.is_success, answer.text

    def kill(self) -> None:
        if self.running and self.app:
            self.app.process.kill()
            self.running.close()
        self.running = None

    def tasks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = httpx2.get(f"{self.base_url}/tasks", auth=USER, params=cursor).json()
            found += page["tasks"]
            if not page.get("next_cursor"):
                return found
            cursor = {"cursor": page["next_cursor"]}


class Person:
    """Somebody at one of the browsers, who does things at random and remembers them."""

    def __init__(self, name: str, context: BrowserContext, service: Service) -> None:
        self.name = name
        self.context = context
        self.service = service
        context.set_default_timeout(20_000)
        self.client = WebClient(context.new_page())
        self.client.sign_in(*USER, stay=True)
        self.client.saved()
        self.client.page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        self.added: list[str] = []
        self.deleted: set[str] = set()
        self.undone: set[str] = set()
        self.written: dict[str, str | int] = {}
        self.is_cut = False

    def a_title(self, chance: random.Random) -> str | None:
        titles = self.client.titles
        return chance.choice(titles) if titles else None

    def add(self, chance: random.Random) -> str:
        title = f"{self.name}{len(self.added)} {chance.randrange(10**6)}"
        self.client.add(title)
        self.added.append(title)
        return title

    def tick(self, chance: random.Random) -> str:
        title = self.a_title(chance)
        if title:
            self.client.checkbox(title).click(timeout=3000)
        return str(title)

    def write(self, chance: random.Random) -> str:
        title = self.a_title(chance)
        if title is None:
            return ""
        self.written[title] = ""  # if it is interrupted, nobody knows
        editor = self.client.open(title)
        value: str | int
        if self.name == "a":
            value = f"Text {chance.randrange(10**6)}"
            box = editor.get_by_label("Description")
            box.click(timeout=3000)
            editor.locator("textarea#description").fill(value, timeout=3000)
        else:
            value = chance.choice([1, 2, 3])
            name = ("Low", "Medium", "High")[value - 1]
            editor.get_by_label(name).check(timeout=3000)
        editor.get_by_role("button", name="Close").click(timeout=3000)
        self.written[title] = value
        return f"{title}: {value}"

    def relocate(self, chance: random.Random) -> str:
        title = self.a_title(chance)
        if title is None:
            return ""
        name = chance.choice(LISTS)
        editor = self.client.open(title)
        editor.get_by_role("combobox", name="List").select_option(name, timeout=3000)
        editor.get_by_role("button", name="Close").click(timeout=3000)
        return f"{title}: {name}"

    def delete(self, chance: random.Random) -> str:
        title = self.a_title(chance)
        if title is None:
            return ""
        self.deleted.add(title)
        self.client.open(title).get_by_role("button", name="Delete").click(timeout=3000)
        return title

    def undo(self, _chance: random.Random) -> str:
        toast = self.client.page.locator(".toast")
        if not toast.count():
            return ""
        text = toast.inner_text(timeout=1000)
        self.undone |= {title for title in self.known if title in text}
        self.client.page.get_by_role("button", name="Undo").click(timeout=1000)
        return text

    @property
    def known(self) -> set[str]:
        return {*self.added, *self.written, *self.deleted, *self.client.titles}

    def reload(self, _chance: random.Random) -> str:
        self.client.page.reload()
        expect(self.client.adding).to_be_visible()
        return ""

    def cut(self, _chance: random.Random) -> str:
        if not self.is_cut:
            self.context.route(API, lambda route: route.abort())
            self.is_cut = True
        return ""

    def mend(self, _chance: random.Random) -> str:
        self.context.unroute(API)
        self.is_cut = False
        return ""

    def lose(self, _chance: random.Random) -> str:
        """Lose the next answer to a batch on its way."""

        def lose(route: Route) -> None:
            request = route.request
            origin = f"http://127.0.0.1:{self.service.port}"
            address = request.url.replace(ADDRESS, origin)
            headers = {**request.all_headers(), "origin": origin}
            with suppress(httpx2.HTTPError):
                httpx2.post(address, content=request.post_data, headers=headers)
            route.abort()

        self.context.route("**/tasks/batch", lose, times=1)
        return ""

    def kill(self, _chance: random.Random) -> str:
        if self.service.starts <= MOST_OUTAGES:
            self.service.kill()
        return ""

    def start(self, _chance: random.Random) -> str:
        self.service.start()
        return ""


WEIGHTS: dict[Callable[[Person, random.Random], str], int] = {
    Person.add: 6,
    Person.tick: 3,
    Person.write: 8,
    Person.relocate: 4,
    Person.delete: 2,
    Person.undo: 2,
    Person.reload: 2,
    Person.cut: 2,
    Person.mend: 3,
    Person.lose: 2,
    Person.kill: 1,
    Person.start: 2,
}


@contextmanager
def two_browsers(service: Service) -> Iterator[tuple[Person, Person]]:
    executable = find_chromium()
    if executable is None:
        lack("Chromium")
    with ExitStack() as running:
        browser = running.enter_context(chromium(executable, f"http://127.0.0.1:{service.port}"))
        high = ViewportSize(width=1280, height=6000)  # so that every row of the list is in the page
        contexts = [running.enter_context(browser.new_context(viewport=high)) for _ in range(2)]
        yield Person("a", contexts[0], service), Person("b", contexts[1], service)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    service = Service(tmp_path)
    service.start()
    service.make_list(LISTS[1])
    story: list[str] = []
    try:
        with two_browsers(service) as people:
            for _ in range(ACTIONS):
                person = chance.choice(people)
                [action] = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
                try:
                    told = action(person, chance)
                except PlaywrightError as error:  # what it was to be done to has gone meanwhile
                    told = f"interrupted: {str(error).splitlines()[0]}"
                    person.client.page.keyboard.press("Escape")
                story.append(f"{person.name} {action.__name__} {told}")
                log.info(story[-1])
            service.start()
            for person in people:
                person.mend(chance)
                person.context.unroute("**/tasks/batch")
            assert_agreed(service, people)
            assert_kept(service, people)
    except BaseException:
        print(*story, sep="\n")  # noqa: T201 - what led there
        raise
    finally:
        service.kill()


def assert_agreed(service: Service, people: tuple[Person, Person]) -> None:
    """See that both copies become what the service has, and both pages show it."""

    def content(tasks: list[dict[str, Any]]) -> list[list[Any]]:
        return sorted([task["id"], *(task[name] for name in MEMBERS)] for task in tasks)

    def difference(person: Person) -> object:
        client, there = person.client, service.tasks()
        copy = [kept["task"] for kept in client.copy_of(USER[0], "tasks")]
        titles = Counter(task["title"] for task in there if not task["done"])
        if client.status.inner_text() != "All changes saved":
            return client.status.inner_text(), client.page.get_by_role("alert").inner_text()
        if outbox := client.copy_of(USER[0], "outbox"):
            return outbox
        if content(copy) != content(there):
            return content(copy), content(there)
        return Counter(client.titles) - titles or titles - Counter(client.titles)

    for person in people:
        last: list[object] = [None]

        def agrees(person: Person = person, last: list[object] = last) -> bool:
            last[0] = difference(person)
            return not last[0]

        try:
            until(person.client.page, agrees, 90)
        except AssertionError:
            pytest.fail(f"{person.name} does not agree: {last[0]}")


def assert_kept(service: Service, people: tuple[Person, Person]) -> None:
    """See that each task is there once, with what was written last."""
    there = service.tasks()
    counts = Counter(task["title"] for task in there)
    deleted = people[0].deleted | people[1].deleted
    undone = people[0].undone | people[1].undone
    for title in [*people[0].added, *people[1].added]:
        if title not in undone:
            expected = {0, 1} if title in deleted else {1}
            assert counts[title] in expected, (title, counts[title])
    for person, member in zip(people, ("description", "priority"), strict=True):
        for title, value in person.written.items():
            if value and title not in deleted | undone:
                [task] = [task for task in there if task["title"] == title]
                assert task[member] == value, (title, member)
