"""Before contenders are timed: they answer the same requests alike."""

from typing import Any, NamedTuple

import orjson

from benchmarks.cases import raw_request
from benchmarks.contenders import Contender
from benchmarks.serving import Server, ask
from benchmarks.story import STRANGER, TASKS, USERNAME
from todo_api.document import document

TITLE_AND_MORE: dict[str, object] = {"title": "Read a book", "description": "Any"}


class DifferentError(Exception):
    """A contender answers otherwise; the message says what, and what was expected."""


class Expectation(NamedTuple):
    """A request, the statuses it may have, and the body that it must have, if any."""

    method: str
    path: str
    statuses: frozenset[int]
    wanted: dict[str, Any] | None = None
    body: dict[str, object] | None = None
    username: str | None = USERNAME
    needs_database: bool = False


def check(contender: Contender, server: Server) -> None:
    """Ask everything once, and leave the tasks as they were.

    The article's program, the only one without a database, has no ``id`` in its tasks, one user
    and no rules for a title: what is about those is not asked of it.

    Raises:
        DifferentError: at the first answer that differs.

    """
    for expected in _expectations(f"http://127.0.0.1:{server.port}/todo/api/v1.0/tasks"):
        if expected.needs_database and contender.engine is None:
            continue
        request = raw_request(
            expected.method,
            expected.path,
            server.port,
            username=expected.username,
            body=expected.body,
        )
        status, body = _read(ask(request, server.port))
        wanted = expected.wanted
        if wanted is not None and contender.engine is None:
            wanted = _without_ids(wanted)
        fits = wanted is None or (
            _has(body, wanted) and (contender.engine is None or _is_whole(body))
        )
        if status not in expected.statuses or not fits:
            raise DifferentError(
                f"{contender.title} answered {expected.method} {expected.path}"
                f" with {status} {body}, not with {set(expected.statuses)} {wanted}."
            )


def _expectations(collection: str) -> list[Expectation]:
    tasks = [
        {"id": number, "uri": f"{collection}/{number}", **task}
        for number, task in enumerate(TASKS, start=1)
    ]
    second = tasks[1]
    created = {"id": 21, "uri": f"{collection}/21", **TITLE_AND_MORE, "done": False}
    ok, refused = frozenset({200}), frozenset({400, 422})
    return [
        Expectation("GET", "/tasks?limit=20", ok, {"tasks": tasks}),
        Expectation("GET", "/tasks/2", ok, {"task": second}),
        Expectation("PUT", "/tasks/2", ok, {"task": {**second, "done": False}}, {"done": False}),
        Expectation("GET", "/tasks/2", ok, {"task": {**second, "done": False}}),
        Expectation("POST", "/tasks", frozenset({201}), {"task": created}, TITLE_AND_MORE),
        Expectation("GET", "/tasks/21", ok, {"task": created}),
        Expectation("DELETE", "/tasks/21", ok, {"result": True}),
        Expectation("PUT", "/tasks/2", ok, {"task": second}, {"done": True}),
        Expectation("GET", "/tasks/99", frozenset({404})),
        Expectation("GET", "/tasks/2", frozenset({401}), username=None),
        Expectation("POST", "/tasks", refused, body={"description": "without a title"}),
        Expectation("GET", "/tasks/2", frozenset({404}), username=STRANGER, needs_database=True),
        Expectation("POST", "/tasks", refused, body={"title": " "}, needs_database=True),
        Expectation("PUT", "/tasks/2", refused, body={"title": "x" * 201}, needs_database=True),
        Expectation("PUT", "/tasks/2", refused, body={"colour": "red"}, needs_database=True),
    ]


def _read(answer: bytes) -> tuple[int, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None  # the article's program answers 400 in HTML
    return int(head.split(maxsplit=2)[1]), content


def _has(answered: Any, wanted: Any) -> bool:  # noqa: ANN401 - JSON is any value
    """Tell whether an answer has every wanted value; members beside them may differ.

    Those with a database have more members, such as the time of creation.
    """
    if isinstance(wanted, dict):
        return isinstance(answered, dict) and all(
            name in answered and _has(answered[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(answered, list)
            and len(answered) == len(wanted)
            and all(map(_has, answered, wanted))
        )
    return bool(answered == wanted)


def _is_whole(envelope: Any) -> bool:  # noqa: ANN401 - JSON is any value
    """Tell whether tasks have all members that the document requires, and no others."""
    members = set(document().data["components"]["schemas"]["Task"]["required"])
    tasks = envelope.get("tasks", [envelope["task"]] if "task" in envelope else [])
    return all(set(task) == members for task in tasks)


def _without_ids(envelope: dict[str, Any]) -> dict[str, Any]:
    if "tasks" in envelope:
        return {"tasks": [_without_ids(task) for task in envelope["tasks"]]}
    if "task" in envelope:
        return {"task": _without_ids(envelope["task"])}
    return {name: value for name, value in envelope.items() if name != "id"}
