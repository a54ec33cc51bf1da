"""The document's links, followed: the request that each computes from an answer succeeds."""

from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.serving import CHECKOUT
from todo_api.contract import ContractApp

DOCUMENT = yaml.safe_load((CHECKOUT / "openapi" / "todo.yaml").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
BODIES: dict[str, dict[str, Any]] = {
    "create_task": {
        "title": "Learn Python",
        "repeat": {"rule": "FREQ=DAILY", "from": "due"},
    },
    "update_task": {"done": True},
    "move_task": {"parent_id": None},
    "patch_task": {"done": True},
    "create_list": {"name": "The kitchen"},
    "update_list": {"name": "The garden"},
    "update_member": {"role": "owner"},
    "create_invitation": {"role": "editor"},
    "create_user": {"username": "susan", "password": PASSWORD},
    "update_user": {"email": "susan@example.com"},
    "create_token": {"name": "Phone", "scope": "read"},
}


IN_PATH = "$request.path."


def component(reference: dict[str, str]) -> dict[str, Any]:
    """Return what a reference points to."""
    _, kind, name = reference["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


LINKS = [
    pytest.param(
        operation_id, int(status), component(link), id=f"{operation_id} {status} to {name}"
    )
    for operation_id, (_, _, operation) in OPERATIONS.items()
    for status, response in operation["responses"].items()
    for name, link in component(response).get("links", {}).items()
]


def arguments_of(operation_id: str, susan: TestClient) -> dict[str, Any]:
    """Return the parameters of an operation's path."""
    _, path, _ = OPERATIONS[operation_id]
    given = {"task_id": 1, "username": "susan"}
    if "{token_id}" in path:
        _, answer = call(susan, "create_token", {})
        given["token_id"] = answer["token"]["id"]
    if "{list_id}" in path:
        _, answer = call(susan, "create_list", {})
        given["list_id"] = answer["list"]["id"]
    return {name: value for name, value in given.items() if f"{{{name}}}" in path}


def evaluated(expression: str, asked: dict[str, Any], answer: Any) -> Any:  # noqa: ANN401 - JSON is any value
    """Evaluate a runtime expression that names a part of the path or of the answer's body."""
    if expression.startswith(IN_PATH):
        return asked[expression.removeprefix(IN_PATH)]
    value = answer
    for token in expression.removeprefix("$response.body#/").split("/"):
        value = value[token]
    return value


@pytest.fixture
def susan(app: ContractApp, anonymous: TestClient) -> TestClient:
    """A client of a user who has a task."""
    assert anonymous.post("/users", json=BODIES["create_user"]).status_code == 201
    client = client_of(app, "susan", PASSWORD)
    assert client.post("/tasks", json=BODIES["create_task"]).status_code == 201
    return client


def body_for(operation_id: str, status: int, susan: TestClient) -> dict[str, Any] | None:
    """Return what a request to an operation says to get this status."""
    if (operation_id, status) == ("move_task", 201):
        _, answer = call(susan, "create_list", {})
        return {"list_id": answer["list"]["id"]}
    return BODIES.get(operation_id)


def call(
    client: TestClient,
    operation_id: str,
    arguments: dict[str, Any],
    body: dict[str, Any] | None = None,
) -> Any:  # noqa: ANN401
    """Call an operation; return status and body of the answer."""
    method, path, _ = OPERATIONS[operation_id]
    response = client.request(
        method,
        path.format_map(arguments),
        params={name: value for name, value in arguments.items() if f"{{{name}}}" not in path},
        json=body or BODIES.get(operation_id),
        headers={"Content-Type": "application/merge-patch+json"} if method == "patch" else None,
        follow_redirects=False,
    )
    return response.status_code, response.json()


def follow(client: TestClient, link: dict[str, Any], asked: dict[str, Any], answer: Any) -> Any:  # noqa: ANN401
    """Follow a link from an answer; return status and body of the next one."""
    arguments = {
        name: evaluated(value, asked, answer) for name, value in link["parameters"].items()
    }
    return call(client, link["operationId"], arguments)


@pytest.mark.parametrize(("operation_id", "status", "link"), LINKS)
def test_a_link_leads_from_its_answer_to_another(
    susan: TestClient, operation_id: str, status: int, link: dict[str, Any]
) -> None:
    if operation_id == "create_user":
        assert call(susan, "delete_user", arguments_of("delete_user", susan))[0] == 200
    asked = arguments_of(operation_id, susan)
    body = body_for(operation_id, status, susan)
    answered, answer = call(susan, operation_id, asked, body)
    assert answered == status
    assert follow(susan, link, asked, answer)[0] == 200


def test_the_link_from_changes_leads_to_later_changes(susan: TestClient) -> None:
    link = DOCUMENT["components"]["links"]["GetChanges"]
    _, first = call(susan, "get_changes", {})
    _, second = follow(susan, link, {}, first)
    assert ([change["id"] for change in first["changes"]], second["changes"]) == ([1], [])


def test_there_are_links_from_what_is_created() -> None:
    begun = {str(link.id).partition(" ")[0] for link in LINKS}
    assert begun >= {"create_task", "create_token"}
