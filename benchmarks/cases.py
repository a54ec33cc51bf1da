"""The requests that are measured, as the bytes that are sent."""

import base64
import random
from collections.abc import Callable
from typing import NamedTuple

import orjson

from benchmarks.story import PASSWORD, USERNAME

BASE_PATH = "/todo/api/v1.0"
MANY = 1000
"""Different requests of a case, which are sent in turn."""


class Case(NamedTuple):
    """A request; ``{id}`` in the path is one of the user's tasks, at random.

    ``{other}`` is one but the first.
    """

    name: str
    title: str
    method: str
    path: str
    status: int = 200
    title_of_task: str | None = None
    """The title that a task gets; ``{n}`` in it differs from request to request."""
    body: Callable[[int], dict[str, object]] | None = None
    """Makes the body of a request by its number, where it is not about a title."""

    def requests(
        self, port: int, *, tasks: int, username: str = USERNAME, many: int = MANY
    ) -> list[bytes]:
        """Return requests to a server whose user has so many tasks."""
        chance = random.Random(1)  # noqa: S311 - the same requests in every run
        return [
            raw_request(
                self.method,
                self.path.format(id=chance.randint(1, tasks), other=chance.randint(2, tasks)),
                port,
                username=username,
                body=self._body(number),
            )
            for number in range(many)
        ]

    def _body(self, number: int) -> dict[str, object] | None:
        if self.body is not None:
            return self.body(number)
        if self.title_of_task is None:
            return None
        return {"title": self.title_of_task.format(n=number), "description": "Milk, Cheese, Pizza"}


def raw_request(
    method: str,
    path: str,
    port: int,
    *,
    username: str | None = USERNAME,
    body: dict[str, object] | None = None,
) -> bytes:
    """Return an HTTP/1.1 request with the credentials of ``username``, if there is one."""
    lines = [f"{method} {BASE_PATH}{path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if username is not None:
        credentials = base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()
        lines.append(f"Authorization: Basic {credentials}")
    content = b"" if body is None else orjson.dumps(body)
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


GET_ONE = Case("get_one", "GET one", "GET", "/tasks/{id}")
GET_PAGE = Case("get_page", "GET a page of 20", "GET", "/tasks?limit=20")
PUT = Case("put", "PUT", "PUT", "/tasks/{id}", title_of_task="Changed {n} times")
POST = Case("post", "POST", "POST", "/tasks", status=201, title_of_task="Task of request {n}")

CASES = (GET_ONE, GET_PAGE, PUT, POST)
"""In this order, because POST makes the page longer."""


def _page(name: str, query: str) -> Case:
    return Case(name, f"GET a page, `{query}`", "GET", f"/tasks?limit=20&{query}")


NARROWED = (
    _page("done", "done=true"),
    _page("q", "q=milk"),
    _page("label", "label=errand"),
    _page("due", "due_before=2031-01-01"),
    _page("sort", "sort=-due"),
    _page("search", "q=milk+pizza&done=false&sort=title"),
)
"""Pages that are filtered, searched and sorted; each is full."""


def _before_the_first(_: int) -> dict[str, object]:
    return {"before": 1}


def _done_and_open(number: int) -> dict[str, object]:
    repeat = {"rule": "FREQ=WEEKLY;BYDAY=MO,FR", "from": "due"}
    return {"done": number % 2 == 0, "due": "2031-01-06", "repeat": repeat}


CHANGES = (
    PUT,
    Case(
        "move",
        "POST a move before the first",
        "POST",
        "/tasks/{other}/move",
        body=_before_the_first,
    ),
    Case(
        "repeat",
        "PUT a repeating task done, or open again",
        "PUT",
        "/tasks/{id}",
        body=_done_and_open,
    ),
)
"""Changes beside the plain one. Of the last, half make the task that follows, or remove it."""
