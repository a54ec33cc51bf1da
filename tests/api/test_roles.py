"""What each role allows: every operation of the document, by every role that there is in a list.

The least role stands in the document, as `x-role`. So an operation that is new fails here until it
says which one that is, and until there is a request to it.
"""

from typing import Any, NamedTuple

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.contract import DOCUMENT
from tests.support.members import invite, join, new_list
from tests.support.operations import OPERATIONS
from todo_api.storage import ROLES

OF_NO_LIST = {
    *("create_list", "look_at_invitation", "redeem_invitation"),
    *("create_user", "get_user", "update_user", "delete_user"),
    *("create_token", "get_tokens", "get_token", "delete_token"),
    *("get_health", "get_readiness"),
}
"""What is not about a list that is there."""


class Request(NamedTuple):
    """A request about a list; what stands in braces is filled in."""

    path: str
    body: Any = None


OF_A_LIST: dict[str, Request] = {
    "get_tasks": Request("/tasks?list_id={list_id}"),
    "create_task": Request("/tasks", {"title": "Bake", "list_id": "{list_id}"}),
    "get_task": Request("/tasks/{task_id}"),
    "update_task": Request("/tasks/{task_id}", {"done": True}),
    "patch_task": Request("/tasks/{task_id}", {"due": "2026-12-01"}),
    "delete_task": Request("/tasks/{task_id}"),
    "move_task": Request("/tasks/{task_id}/move", {"parent_id": None}),
    "run_batch": Request(
        "/tasks/batch", {"operations": [{"update": {"id": "{task_id}", "done": True}}]}
    ),
    "get_changes": Request("/tasks/changes?list_id={list_id}"),
    "export_tasks": Request("/tasks/export?list_id={list_id}"),
    "import_tasks": Request("/tasks/import?list_id={list_id}", {"tasks": [{"title": "Fry"}]}),
    "get_lists": Request("/lists"),
    "get_list": Request("/lists/{list_id}"),
    "update_list": Request("/lists/{list_id}", {"name": "The larder"}),
    "delete_list": Request("/lists/{list_id}"),
    "get_members": Request("/lists/{list_id}/members"),
    "update_member": Request("/lists/{list_id}/members/david", {"role": "viewer"}),
    "delete_member": Request("/lists/{list_id}/members/susan"),
    "create_invitation": Request("/lists/{list_id}/invitations", {"role": "viewer"}),
    "get_invitations": Request("/lists/{list_id}/invitations"),
    "delete_invitation": Request("/lists/{list_id}/invitations/{invitation_id}"),
    "get_labels": Request("/labels?list_id={list_id}"),
    "rename_label": Request(
        "/labels/rename?list_id={list_id}", {"name": "home", "new_name": "house"}
    ),
    "get_trash": Request("/trash?list_id={list_id}"),
    "empty_trash": Request("/trash?list_id={list_id}"),
    "restore_task": Request("/trash/{in_trash}/restore"),
}
"""By operationId, a request to it about a list that susan has a role in, and david a part."""

OF_PARTS: dict[str, tuple[str, Request]] = {
    "delete_member of somebody else": ("owner", Request("/lists/{list_id}/members/david")),
    "update_member to hand over": (
        "owner",
        Request("/lists/{list_id}/members/david", {"role": "owner"}),
    ),
    "move_task into it": (
        "editor",
        Request("/tasks/{own_task_id}/move", {"list_id": "{list_id}"}),
    ),
    "move_task out of it": (
        "editor",
        Request("/tasks/{task_id}/move", {"list_id": "{own_list_id}"}),
    ),
    "run_batch that moves into it": (
        "editor",
        Request(
            "/tasks/batch",
            {"operations": [{"move": {"id": "{own_task_id}", "list_id": "{list_id}"}}]},
        ),
    ),
    "run_batch that moves out of it": (
        "editor",
        Request(
            "/tasks/batch",
            {"operations": [{"move": {"id": "{task_id}", "list_id": "{own_list_id}"}}]},
        ),
    ),
    "run_batch that creates": (
        "editor",
        Request(
            "/tasks/batch",
            {"operations": [{"create": {"title": "Bake", "list_id": "{list_id}"}}]},
        ),
    ),
    "run_batch that restores": (
        "editor",
        Request("/tasks/batch", {"operations": [{"restore": {"id": "{in_trash}"}}]}),
    ),
    "run_batch that deletes": (
        "editor",
        Request("/tasks/batch", {"operations": [{"delete": {"id": "{task_id}"}}]}),
    ),
}
"""Operations whose requests need different roles: the role, and the request."""

OF_MANY = {
    *("get_tasks", "get_changes", "export_tasks", "get_lists", "get_labels", "get_trash"),
    *("rename_label", "empty_trash"),
}
"""What is of several lists: one that is not there has nothing for them."""


def filled(value: Any, places: dict[str, int]) -> Any:  # noqa: ANN401 - JSON is any value
    """Return a value with the ids that it names."""
    if isinstance(value, dict):
        return {name: filled(member, places) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(item, places) for item in value]
    return places.get(value[1:-1], value) if isinstance(value, str) else value


def method_of(name: str) -> str:
    """Return the method of a request, by its name."""
    method: str = OPERATIONS[name.partition(" ")[0]]["method"]
    return method


class Kitchen:
    """A list of Miguel's, in which Susan has a role and David is an editor."""

    def __init__(self, role: str, miguel: TestClient, susan: TestClient, david: TestClient) -> None:
        """Make it, with a task, another one in the trash, and an invitation."""
        self.miguel = miguel
        list_id = new_list(miguel)["id"]
        task, gone = (
            miguel.post("/tasks", json={"title": "Cook", "list_id": list_id, "labels": ["home"]})
            for _ in range(2)
        )
        assert miguel.delete(gone.json()["task"]["uri"]).is_success
        join(miguel, list_id, david)
        self.places = {
            "list_id": list_id,
            "task_id": task.json()["task"]["id"],
            "in_trash": gone.json()["task"]["id"],
            "invitation_id": invite(miguel, list_id)["id"],
        }
        own = susan.post("/tasks", json={"title": "Own"}).json()["task"]
        self.places |= {"own_task_id": own["id"], "own_list_id": own["list_id"]}
        if role in {"viewer", "editor"}:
            join(miguel, list_id, susan, role)
        if role == "owner":
            join(miguel, list_id, susan)
            hand_over = {"role": "owner"}
            path = f"/lists/{list_id}/members/susan"
            assert miguel.put(path, json=hand_over).is_success

    def ask(self, client: TestClient, operation: str, request: Request) -> httpx2.Response:
        """Send a request about this list."""
        path = request.path.format_map(self.places)
        body = filled(request.body, self.places)
        return client.request(method_of(operation), path, json=body)

    def state(self, witness: TestClient) -> tuple[Any, ...]:
        """Return all that a request could have changed that must not change anything."""
        list_id = self.places["list_id"]
        query = {"list_id": list_id}
        return (
            witness.get(f"/lists/{list_id}").json(),
            witness.get(f"/lists/{list_id}/members").json(),
            witness.get("/tasks", params=query).json(),
            witness.get("/trash", params=query).json(),
        )


def requests() -> dict[str, tuple[str, Request]]:
    """Return each request by a name that begins with its operation, with the least role."""
    from_document = {
        name: (OPERATIONS[name]["x-role"], request) for name, request in OF_A_LIST.items()
    }
    return from_document | OF_PARTS


def test_every_operation_names_the_least_role_or_is_of_no_list() -> None:
    named = {name for name, operation in OPERATIONS.items() if "x-role" in operation}
    assert named == OF_A_LIST.keys()
    assert named | OF_NO_LIST == OPERATIONS.keys()
    assert not named & OF_NO_LIST
    assert {operation.get("x-role") for operation in OPERATIONS.values()} == {*ROLES, None}


def test_every_refusal_of_a_role_is_described() -> None:
    for name, operation in OPERATIONS.items():
        if operation.get("x-role") in {"editor", "owner"}:
            shown = str(_response(operation, "403"))
            assert "examples/OnlyRead" in shown or "examples/OwnersOnly" in shown, name


def _response(operation: dict[str, Any], status: str) -> Any:  # noqa: ANN401 - part of the document
    name = operation["responses"][status]["$ref"].rpartition("/")[2]
    return DOCUMENT["components"]["responses"][name]


def is_allowed(role: str, name: str) -> bool:
    """Tell whether a role is enough for a request; an owner alone cannot leave."""
    if role == "stranger" or (role, name) == ("owner", "delete_member"):
        return False
    least, _ = requests()[name]
    return ROLES.index(role) >= ROLES.index(least)


@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_each_role_allows_what_the_document_says_and_nothing_else(
    miguel: TestClient,
    susan: TestClient,
    david: TestClient,
    role: str,
    subtests: pytest.Subtests,
) -> None:
    kitchen = Kitchen(role, miguel, susan, david)
    before = kitchen.state(david)
    writes: list[str] = []
    for name, (_, request) in requests().items():
        if is_allowed(role, name) and method_of(name) != "GET":
            writes.append(name)
            continue
        with subtests.test(name):
            answer = kitchen.ask(susan, name, request)
            if is_allowed(role, name):
                assert answer.is_success, answer.text
            else:
                assert_refused(role, name, answer, kitchen)
    assert kitchen.state(david) == before
    for name in writes:
        with subtests.test(name):
            answer = kitchen.ask(susan, name, requests()[name][1])
            assert answer.is_success, answer.text
            if answer.status_code != 201 or "move" in name:  # what others need may be gone
                kitchen = Kitchen(role, miguel, susan, david)


def assert_refused(role: str, name: str, answer: httpx2.Response, kitchen: Kitchen) -> None:
    """Assert that an answer refuses as it is promised to that role."""
    if role == "stranger":
        assert_like_a_stranger(name.partition(" ")[0], answer, kitchen)
    elif role == "owner":
        assert answer.json()["code"] == "owner_stays"
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")


def assert_like_a_stranger(operation: str, answer: httpx2.Response, kitchen: Kitchen) -> None:
    """Assert that an answer tells nothing of the list."""
    if operation not in OF_MANY:
        assert answer.status_code == (409 if operation == "run_batch" else 404)
    for told in ("Cook", "home", str(kitchen.places["list_id"])):
        assert told not in answer.text
