"""The contract layer alone, in process: no server, no socket, no database.

The document's operations on tasks run on `ContractApp` and on stock Connexion's `FlaskApp` and
`AsyncApp`, with the same trivial functions; each gets the same ASGI messages, sixteen requests
at once, and what counts is the CPU time of all threads of the process.
"""

import asyncio
import base64
import subprocess
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
import uvloop
import yaml
from connexion.apps.asynchronous import AsyncApp
from connexion.apps.flask import FlaskApp
from connexion.resolver import Resolver
from starlette.types import ASGIApp, Message, Scope

from benchmarks.cases import BASE_PATH
from benchmarks.figures import Figures
from benchmarks.machine import SERVER_CORE, pinned
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.story import PASSWORD, TASKS, USERNAME
from todo_api.contract import ContractApp, Document, Reply, Workers
from todo_api.document import document_path

AT_ONCE = 16
REQUESTS = {
    "get_one": ("GET", "/tasks/2", b""),
    "get_page": ("GET", "/tasks", b""),
    "post": ("POST", "/tasks", b'{"title":"Read a book","description":"Any"}'),
}
URI = "http://127.0.0.1:5000/todo/api/v1.0/tasks"
STORED = [{"id": n, "uri": f"{URI}/{n}", **task} for n, task in enumerate(TASKS, start=1)]


def get_tasks(limit: int, sort: str, **_: object) -> dict[str, Any]:  # noqa: ARG001 - trivial
    """Return all tasks."""
    return {"tasks": STORED}


def get_task(task_id: int, **_: object) -> dict[str, Any]:
    """Return one."""
    return {"task": STORED[task_id - 1]}


def create_task(body: dict[str, Any], **_: object) -> Reply:
    """Return a task as if it had been created."""
    return Reply({"task": {**STORED[0], **body}}, 201, {"Location": URI})


def as_connexion_wants(function: Callable[..., Any]) -> Callable[..., Any]:
    """Say the media type, because the document has two for errors, and Connexion wants to know."""
    json = {"Content-Type": "application/json"}

    @wraps(function)
    def stock(**arguments: Any) -> tuple[Any, int, dict[str, str]]:  # noqa: ANN401 - a function's
        answer = function(**arguments)
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        return reply.body, reply.status, {**reply.headers, **json}

    return stock


class Anybody:
    """Knows everybody at once."""

    def recall(self, username: str, _password: str) -> str:
        """Return the user."""
        return username

    def holds(self, *_: str) -> bool:
        """Take whatever was given for theirs."""
        return True

    async def verify(self, username: str, _password: str, **_: str) -> str:
        """Return the user."""
        return username


async def verify_basic(username: str, _password: str) -> dict[str, str]:
    """Return the user as Connexion wants it."""
    return {"sub": username}


async def verify_bearer(_token: str) -> None:
    """Know nobody: what is measured is sent by Basic."""


def applications() -> dict[str, ASGIApp]:
    """Make the three applications, each with the document's own operations of the cases."""
    functions: dict[str, Callable[..., Any]] = {
        "get_tasks": get_tasks,
        "get_task": get_task,
        "create_task": create_task,
    }
    own = ContractApp(__name__)
    own.add_api(
        Document(orjson.dumps(_document()).decode()),
        resolver=Resolver(functions.__getitem__),
        workers=Workers(8),
        authenticators={"basicAuth": Anybody(), "bearerAuth": Anybody()},
    )
    applications: dict[str, ASGIApp] = {"service": own}
    document = _document()
    schemes = document["components"]["securitySchemes"]
    schemes["basicAuth"]["x-basicInfoFunc"] = f"{__name__}.verify_basic"
    schemes["bearerAuth"]["x-bearerInfoFunc"] = f"{__name__}.verify_bearer"
    for name, kind in (("asyncapp", AsyncApp), ("flaskapp", FlaskApp)):
        app = kind(__name__)
        stock = {name: as_connexion_wants(function) for name, function in functions.items()}
        app.add_api(document, resolver=Resolver(stock.__getitem__))
        applications[name] = app
    return applications


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(document_path().read_text(encoding="utf-8"))
    measured = {("/tasks", "get"), ("/tasks", "post"), ("/tasks/{task_id}", "get")}
    for path, item in list(document["paths"].items()):
        for method in ("get", "post", "put", "patch", "delete"):
            if (path, method) not in measured:
                item.pop(method, None)
        if not {"get", "post"} & item.keys():
            del document["paths"][path]
    # They lead to operations that are not here.
    for response in document["components"]["responses"].values():
        response.pop("links", None)
    return document


async def respond(app: ASGIApp, scope: Scope, body: bytes) -> int:
    """Send one request and return the status of its answer."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    statuses: list[int] = []

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app({**scope, "headers": list(scope["headers"])}, receive, send)
    return statuses[0]


async def microseconds(app: ASGIApp, case: str, requests: int) -> float:
    """Return the CPU time of one request."""
    method, path, body = REQUESTS[case]
    scope = _scope(method, path, body)

    async def some() -> None:
        for _ in range(requests // AT_ONCE):
            status = await respond(app, scope, body)
            if status not in {200, 201}:
                raise RuntimeError(f"{case} was answered with {status}")

    started = time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(some())
    return (time.process_time() - started) / (requests // AT_ONCE * AT_ONCE) * 1e6


def _scope(method: str, path: str, body: bytes) -> Scope:
    credentials = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode())
    headers = [(b"host", b"127.0.0.1:5000"), (b"authorization", b"Basic " + credentials)]
    if body:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", b"%d" % len(body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": BASE_PATH + path,
        "raw_path": (BASE_PATH + path).encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 5000),
    }


async def measured(rounds: int, requests: int) -> dict[str, dict[str, list[float]]]:
    """Return microseconds by application and case, a number for each round."""
    apps = applications()
    series: dict[str, dict[str, list[float]]] = {name: {} for name in apps}
    for number in range(rounds + 1):
        for case in REQUESTS:
            for name, app in apps.items():
                cost = await microseconds(app, case, requests)
                if number:  # the first round warms up
                    series[name].setdefault(case, []).append(cost)
    return series


def measure(plan: Plan, figures: Figures) -> None:
    """Measure in a process of its own, on the servers' core."""
    command = [sys.executable, "-m", "benchmarks.contract_layer"]
    numbers = [str(plan.rounds), str(plan.layer_requests)]
    ended = subprocess.run(
        pinned(SERVER_CORE, [*command, *numbers]), stdout=subprocess.PIPE, check=True, timeout=300
    )
    figures.layer = orjson.loads(ended.stdout)
    say("Measured the contract layer alone.")


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(measured(*map(int, sys.argv[1:])))))
