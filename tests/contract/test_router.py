"""Routing: which path of the document a request matches, and with which arguments."""

import re
from collections.abc import Callable

import pytest

from tests.support.documents import served
from todo_api.contract import BrokenDocumentError
from todo_api.contract.router import Resource, Router

TEMPLATES = [
    "/log",
    "/log/tasks",
    "/log/tasks/{task_id}",
    "/log/tasks/latest",
    "/log/{shelf}/index",
    "/log/{shelf}/{book}/{page}",
    "/caf\u00e9",
]


@pytest.fixture(scope="module")
def router() -> Router:
    router = Router()
    for template in TEMPLATES:
        router.add(template)
    return router


@pytest.mark.parametrize(
    ("path", "template", "arguments"),
    [
        (b"/log", "/log", {}),
        (b"/log/tasks", "/log/tasks", {}),
        (b"/log/t%61sks", "/log/tasks", {}),
        (b"/log/tasks/1", "/log/tasks/{task_id}", {"task_id": "1"}),
        (b"/log/tasks/%31", "/log/tasks/{task_id}", {"task_id": "1"}),
        (b"/log/tasks/+1", "/log/tasks/{task_id}", {"task_id": "+1"}),
        (b"/log/tasks/a%2Fb", "/log/tasks/{task_id}", {"task_id": "a/b"}),
        (b"/log/tasks/%25%32%46", "/log/tasks/{task_id}", {"task_id": "%2F"}),
        (b"/log/tasks/%", "/log/tasks/{task_id}", {"task_id": "%"}),
        (b"/log/tasks/..", "/log/tasks/{task_id}", {"task_id": ".."}),
        (b"/log/tasks/latest", "/log/tasks/latest", {}),
        (b"/log/tasks/Latest", "/log/tasks/{task_id}", {"task_id": "Latest"}),
        (
            b"/log/tasks/1/2",
            "/log/{shelf}/{book}/{page}",
            {"shelf": "tasks", "book": "1", "page": "2"},
        ),
        (
            b"/log/tasks/latest/2",
            "/log/{shelf}/{book}/{page}",
            {"shelf": "tasks", "book": "latest", "page": "2"},
        ),
        (b"/log/maps/index", "/log/{shelf}/index", {"shelf": "maps"}),
        (b"/log/tasks/index", "/log/tasks/{task_id}", {"task_id": "index"}),
        (b"/caf%C3%A9", "/caf\u00e9", {}),
        ("/caf\u00e9".encode(), "/caf\u00e9", {}),
    ],
)
def test_a_path_is_found(
    router: Router, path: bytes, template: str, arguments: dict[str, str]
) -> None:
    assert router.find(path) == (router.add(template), arguments)


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"/",
        b"*",
        b"log",
        b"//log",
        b"/log/",
        b"/Log",
        b"/log//",
        b"/log/tasks/",
        b"/log//tasks",
        b"/log/./tasks",
        b"/log%2Ftasks",
        b"/log/tasks%2F1",
        b"/log/tasks/1/",
        b"/log/tasks/%FF",
        b"/log/tasks/\xff",
        b"/log/tasks/%C0%AF",
        b"/log/tasks/%ED%A0%80",
        b"/log/maps/other",
        b"/log/maps/index/",
        b"/log/tasks;v=1",
    ],
)
def test_a_path_is_not_found(router: Router, path: bytes) -> None:
    assert router.find(path) is None


def test_a_path_with_nul_is_not_found(router: Router) -> None:
    assert router.find(b"/log/tasks/%00") is None


def test_a_resource_lists_all_of_its_methods() -> None:
    resource = Resource()
    assert resource.allow == "OPTIONS"
    resource.add("POST", None)  # type: ignore[arg-type]  # nothing here calls it
    assert resource.allow == "OPTIONS, POST"
    resource.add("GET", None)  # type: ignore[arg-type]
    assert resource.allow == "GET, HEAD, OPTIONS, POST"


def path(template: str, parameter: str, method: str = "get") -> str:
    """Return a path with one operation and, if it is named, one parameter."""
    schema = "in: path, required: true, schema: {type: string}"
    parameters = f"{{name: {parameter}, {schema}}}" if parameter else ""
    return f"""
  '{template}':
    {method}:
      operationId: {method}_{parameter or "nothing"}
      parameters: [{parameters}]
      security: []
      responses: {{'200': {{description: Fine.}}}}
"""


def nothing() -> dict[str, str]:
    return {}


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        pytest.param(path("/{book}.json", "book"), "{book}.json", id="half a segment"),
        pytest.param(path("/{book}", ""), "book", id="not declared"),
        pytest.param(path("/book", "book"), "book", id="not in the path"),
        pytest.param(
            path("/{book}", "book") + path("/{page}", "page", "put"), "page", id="two names"
        ),
    ],
)
def test_a_template_that_cannot_be_served_stops_the_start(paths: str, place: str) -> None:
    functions: dict[str, Callable[..., object]] = {
        "get_nothing": nothing,
        "get_book": lambda book: {"book": book},
        "put_page": lambda page: {"page": page},
    }
    with (
        pytest.raises(BrokenDocumentError, match=re.escape(place)),
        served(f"paths:{paths}", functions),
    ):
        pass  # pragma: no cover
