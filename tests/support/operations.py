"""The document's operations, and a request to each that is right for whoever it belongs to."""

from typing import Any

import httpx2
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD
from tests.support.contract import DOCUMENT

OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {"method": method.upper(), "path": path, **operation}
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
"""The operations by their names, each with its method and path."""

READ = {"title": "Read a book"}
CODE = "todolist_4Yx0mTgWvQ2sJcR8nEoB1dLhKzU7pAiFy1dU22i"
BODIES: dict[str, Any] = {
    "create_task": READ,
    "update_task": {"done": True},
    "move_task": {"parent_id": None},
    "patch_task": {"done": True},
    "run_batch": {"operations": [{"create": READ}]},
    "import_tasks": {"tasks": [READ]},
    "rename_label": {"name": "home", "new_name": "garden"},
    "create_list": {"name": "The kitchen"},
    "update_list": {"name": "The kitchen"},
    "update_member": {"role": "viewer"},
    "create_invitation": {"role": "editor"},
    "look_at_invitation": {"code": CODE},
    "redeem_invitation": {"code": CODE},
    "create_user": {"username": "susan", "password": "Pizza is not a fruit!"},
    "update_user": {"password": "a boa and a king cobra", "current_password": PASSWORD},
    "create_token": {"name": "Phone", "scope": "read"},
}
"""What is sent to those that take a body."""

PLACES: dict[str, object] = {
    "task_id": 1,
    "list_id": 1,
    "username": "miguel",
    "token_id": 1,
    "invitation_id": 1,
}


def has_body(operation_id: str) -> bool:
    """Tell whether an operation takes a body."""
    return "requestBody" in OPERATIONS[operation_id]


def ask(
    client: TestClient,
    operation_id: str,
    *,
    places: dict[str, object] | None = None,
    query: str = "",
    **request: Any,  # noqa: ANN401 - a request's own
) -> httpx2.Response:
    """Send an operation its request, changed in places."""
    operation = OPERATIONS[operation_id]
    if has_body(operation_id) and not {"json", "content"} & request.keys():
        request["json"] = BODIES[operation_id]
    if not operation.get("security", [{}]):
        request.setdefault("auth", None)
    path = operation["path"].format_map(PLACES | (places or {}))
    return client.request(operation["method"], path + query, **request)
