"""Each error that the document declares of an operation is provoked, and answered as is shown."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of, registered
from tests.support.contract import DOCUMENT, EXAMPLES
from tests.support.operations import OPERATIONS, ask, has_body
from todo_api.application import create_app
from todo_api.settings import Settings
from todo_api.storage import Database
from todo_api.storage.lists import insert_list
from todo_api.throttling import Window

ALL = set(OPERATIONS)
WITH_BODY = {name for name in ALL if has_body(name)}
PROTECTED = {name for name in ALL if OPERATIONS[name]["security"]}
CHANGING = {name for name in ALL if OPERATIONS[name]["method"] != "GET"}
AT_A_PLACE = {name for name in ALL if "{" in OPERATIONS[name]["path"]}
OTHER = {"title": "Write a book"}
WITH_KEY: dict[str, Any] = {
    "create_task": {"json": OTHER},
    "run_batch": {"json": {"operations": [{"create": OTHER}]}},
    "import_tasks": {"json": {"tasks": [OTHER]}},
    "rename_label": {"json": {"name": "home", "new_name": "kitchen"}},
    "create_list": {"json": {"name": "The garden"}},
    "restore_task": {"places": {"task_id": 2}},
    "move_task": {"json": {"after": 2}},
}
"""What takes an `Idempotency-Key`, and what makes a request another than the usual one."""

AS_JSON = {"Content-Type": "application/json"}
ANOTHER_LIST = 2
"""The id of a list that is not the user's own."""


class Refusal(NamedTuple):
    """A code of an error, whose requests meet it, and what makes the request one that does."""

    status: str
    code: str
    operations: set[str]
    request: dict[str, Any]


REFUSALS = [
    Refusal("400", "invalid_parameters", ALL, {"query": "?colour=red"}),
    Refusal("400", "malformed_body", WITH_BODY, {"content": b'"\xff"', "headers": AS_JSON}),
    Refusal("400", "missing_body", WITH_BODY, {"content": ""}),
    Refusal("400", "unexpected_body", ALL - WITH_BODY, {"content": "now"}),
    Refusal("400", "invalid_body", WITH_BODY, {"json": {"colour": "red"}}),
    Refusal("401", "unauthorized", PROTECTED, {"auth": None}),
    Refusal(
        "403",
        "unauthorized",
        PROTECTED,
        {"auth": None, "headers": {"X-Requested-With": "XMLHttpRequest"}},
    ),
    Refusal("403", "other_site", CHANGING, {"headers": {"Sec-Fetch-Site": "cross-site"}}),
    Refusal("403", "own_list", {"delete_list", "delete_member"}, {}),
    Refusal("403", "owner_stays", {"update_member"}, {}),
    Refusal(
        "404",
        "not_found",
        AT_A_PLACE,
        {
            "places": {
                "task_id": 7,
                "list_id": 7,
                "username": "nobody",
                "token_id": 7,
                "invitation_id": 7,
            }
        },
    ),
    Refusal("404", "no_invitation", {"look_at_invitation", "redeem_invitation"}, {}),
    Refusal("404", "not_found", {"create_task"}, {"json": {**OTHER, "list_id": 7}}),
    Refusal("404", "not_found", {"import_tasks"}, {"query": "?list_id=7"}),
    Refusal("406", "not_acceptable", ALL, {"headers": {"Accept": "image/png"}}),
    Refusal(
        "409",
        "batch_conflict",
        {"run_batch"},
        {"json": {"operations": [{"delete": {"id": 7}}]}},
    ),
    Refusal(
        "409",
        "username_taken",
        {"create_user"},
        {"json": {"username": "miguel", "password": "Pizza is not a fruit!"}},
    ),
    Refusal(
        "412",
        "precondition_failed",
        {"update_task", "patch_task", "delete_task", "move_task", "update_list"},
        {"headers": {"If-Match": '"0"'}},
    ),
    Refusal(
        "412",
        "precondition_failed",
        {"delete_list"},
        {"places": {"list_id": ANOTHER_LIST}, "headers": {"If-Match": '"0"'}},
    ),
    Refusal(
        "413",
        "content_too_large",
        WITH_BODY,
        {"content": b" " * 4_194_305, "headers": AS_JSON},
    ),
    Refusal("414", "uri_too_long", ALL, {"query": f"?_={'x' * 8192}"}),
    Refusal(
        "415",
        "unsupported_media_type",
        WITH_BODY,
        {"content": "title: Read", "headers": {"Content-Type": "application/yaml"}},
    ),
    Refusal("431", "request_header_fields_too_large", ALL, {"headers": {"Cookie": "x" * 16_384}}),
]
"""Errors that one request is enough for."""

ELSEWHERE = {
    "408": (WITH_BODY, "tests/api/test_codes.py: a body that takes too long"),
    "409": (WITH_KEY.keys() - {"run_batch"}, "tests/api/test_idempotency.py: still running"),
    "410": ({"get_changes"}, "tests/api/test_examples.py: a token from too long ago"),
    "503": (ALL - {"get_health"}, "tests/api/test_system.py: an outage of the database"),
}
"""What takes another time or a broken database: for which operations, and which test sees it."""

NEVER_SEEN = {("get_health", "500"), ("get_health", "503"), ("get_readiness", "500")}
"""What a probe may answer and no test can provoke: it asks nothing that could fail like that."""


def codes_shown(operation_id: str, status: str) -> set[str]:
    """Return the codes of the errors that the document shows for a status of an operation."""
    reference = OPERATIONS[operation_id]["responses"][status]["$ref"]
    response = DOCUMENT["components"]["responses"][reference.rpartition("/")[2]]
    names = response["content"]["application/json"]["examples"].values()
    return {EXAMPLES[name["$ref"].rpartition("/")[2]]["value"]["code"] for name in names}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_refusal_is_one_that_the_document_shows(
    miguel: TestClient, database: Database, operation: str
) -> None:
    miguel.post("/tasks", json={"title": "Read a book"})
    with database.transaction() as db:
        insert_list(db, 1, ANOTHER_LIST)
    for status, code, operations, request in REFUSALS:
        if operation in operations:
            answer = ask(miguel, operation, **request)
            assert (answer.status_code, answer.json()["code"]) == (int(status), code), answer.text
            assert code in codes_shown(operation, status), status


@pytest.mark.parametrize("operation", sorted(WITH_KEY))
def test_a_key_of_another_request_is_refused(miguel: TestClient, operation: str) -> None:
    miguel.post("/tasks", json={"title": "Read a book"})
    key = {"Idempotency-Key": "8e03978e"}
    assert ask(miguel, operation, headers=key).is_success
    answer = ask(miguel, operation, **WITH_KEY[operation], headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), answer.text


@pytest.mark.usefixtures("miguel")
def test_each_operation_refuses_too_many_requests(settings: Settings) -> None:
    limited = create_app(replace(settings, address_rate_limit=Window(1, 60)))
    with client_of(limited, "miguel", PASSWORD) as client:
        assert client.get("/healthz").status_code == 200
        for operation in OPERATIONS:
            answer = ask(client, operation)
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
            assert "too_many_requests" in codes_shown(operation, "429")


def test_each_operation_says_that_the_service_failed(
    settings: Settings, database: Database
) -> None:
    with registered(create_app(settings), database, "miguel") as client:
        with database.transaction() as db:
            db.execute(text("ALTER TABLE users RENAME TO people"))
        for operation in sorted(ALL - {"get_health", "get_readiness"}):
            answer = ask(client, operation)
            assert (operation, answer.status_code) == (operation, 500)
            assert answer.json()["code"] in codes_shown(operation, "500")


def test_no_error_of_the_document_is_left_out() -> None:
    declared = {
        (name, status)
        for name, operation in OPERATIONS.items()
        for status in operation["responses"]
        if status >= "400"
    }
    here = {(name, refusal.status) for refusal in REFUSALS for name in refusal.operations}
    here |= {(name, "422") for name in WITH_KEY} | {(name, "429") for name in ALL}
    here |= {(name, "500") for name in ALL - {"get_health", "get_readiness"}}
    elsewhere = {(name, status) for status, (names, _) in ELSEWHERE.items() for name in names}
    assert declared == here | elsewhere | NEVER_SEEN
