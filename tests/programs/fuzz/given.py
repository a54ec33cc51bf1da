"""Values that only the service can issue and nobody can make up: cursors, ids of tokens, tags.

A client has them from an answer, and has a new ``Idempotency-Key`` for each thing to do. So has
each request here that is meant to succeed; those that are meant to be refused stay as they are.

Ids of tasks can be made up, but seldom those of tasks that are there. So every other request, the
first of each operation in each phase among them, is about tasks that were created for it.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import requests
from schemathesis import Case
from schemathesis.transport.serialization import Binary

from tests.programs.fuzz.users import Credentials

TIMEOUT_SECONDS = 60
LONGEST_KEY = 255
MOST_CHARACTERS = 100
"""Of a password, whose characters may compose to others."""
MEMBERS = {"cursor": "next_cursor", "since": "next"}
"""By the parameter that takes it, the member of an answer that has it."""


class Given:
    """Issued values, which replace generated ones in requests that are to succeed."""

    def __init__(self) -> None:
        """Start without any values."""
        self._session = requests.Session()
        self._session.headers["Connection"] = "close"  # nothing is sent as the service closes one
        self._numbers = count(1)
        self._turns: Counter[tuple[str, str]] = Counter()
        self._codes: dict[str, str] = {}

    def is_turn(self, case: Case[Any]) -> bool:
        """Tell, every other time, that what a request is about is to be there."""
        turn = (case.meta.phase.name if case.meta else "", case.operation.label)
        self._turns[turn] += 1
        return self._turns[turn] % 2 == 1

    def create_tasks_for(self, case: Case[Any]) -> None:
        """Make a request one about tasks that are there."""
        if "task_id" in case.path_parameters:
            task_id, _ = self._create_task(case)
            case.path_parameters["task_id"] = task_id
            if case.operation.path.startswith("/trash/"):
                self._delete_task(case, task_id)
        body: Any = case.body
        if case.operation.label == "POST /tasks/batch":
            for operation in body["operations"]:
                for name in operation.keys() & {"update", "delete", "restore"}:
                    task_id, tag = self._create_task(case)
                    tags = {"if_match": tag} if "if_match" in operation[name] else {}
                    operation[name] |= {"id": task_id, **tags}

    def put_into(self, case: Case[Any], *, in_scenario: bool) -> None:
        """Make a request one that a client could send; in a scenario, links have led to it."""
        if "token_id" in case.path_parameters and not in_scenario:
            case.path_parameters["token_id"] = self._token_id(case)
        for parameter, member in MEMBERS.items():
            if parameter in case.query and self._get(case).status_code == 400:
                del case.query[parameter]
                found = self._get(case, limit=1).json()  # so that there is more
                case.query |= {parameter: found[member]} if member in found else {}
        self._put_lists_into(case, in_scenario=in_scenario)
        self._put_members_into(case, in_scenario=in_scenario)
        if key := case.headers.get("Idempotency-Key"):
            number = f"-{next(self._numbers)}"
            case.headers["Idempotency-Key"] = key[: LONGEST_KEY - len(number)] + number
        if case.operation.path == "/tasks/export" and case.query.get("bom") not in {None, "false"}:
            case.query["format"] = "csv"  # the only form that can have one
        if case.operation.path == "/tasks/import" and isinstance(case.body, dict | str):
            put_file(case)
        password = case.body.get("password") if isinstance(case.body, dict) else None
        if isinstance(case.body, dict) and isinstance(password, str):
            case.body["password"] = hard_to_guess(password)
        tags = case.headers.get("If-Match", "*")
        if tags != "*" and (current := self._get(case).headers.get("ETag")):
            case.headers["If-Match"] = f"{tags}, {current}"

    def _put_lists_into(self, case: Case[Any], *, in_scenario: bool) -> None:
        """Have a request name a list of the user's, where it has to name one."""
        if "list_id" in case.path_parameters and not in_scenario:
            case.path_parameters["list_id"] = self._list_id(case)
        if case.operation.path == "/tasks/import":
            case.query.pop("list_id", None)
        for task in created_by(case):
            task.pop("list_id", None)
        body: Any = case.body
        if case.operation.path.startswith("/lists") and isinstance(body, dict):
            zone = {"time_zone": "Europe/Berlin"}
            body |= zone if "time_zone" in body else {}

    def _put_members_into(self, case: Case[Any], *, in_scenario: bool) -> None:
        """Have a request be about somebody, or an invitation, that is there."""
        if case.operation.label == "POST /tasks/{task_id}/move" and isinstance(case.body, dict):
            case.body = {"parent_id": None}  # the others name tasks that have to be there
        for task in assigned_by(case):
            for name in task.keys() & {"assigned_to", "parent_id"}:
                task[name] = None
            if task.get("repeat"):
                task["repeat"] |= {"rule": "FREQ=DAILY;INTERVAL=2"}
        if in_scenario:
            return
        list_id = case.path_parameters.get("list_id")
        if "invitation_id" in case.path_parameters:
            authorization = str(case.headers["Authorization"])
            invitation = self._invite(case, list_id, authorization)
            case.path_parameters["invitation_id"] = invitation["id"]
        if list_id is not None and "username" in case.path_parameters:
            case.path_parameters["username"] = self._member(case, list_id)
        if case.operation.path.startswith("/invitations/") and isinstance(case.body, dict):
            case.body["code"] = self._code_for(case)

    def _member(self, case: Case[Any], list_id: object) -> str:
        """Let a newcomer join a list; return the username."""
        member = self._register(case)
        code = self._invite(case, list_id, str(case.headers["Authorization"]))["code"]
        self._post(case, "/invitations/redeem", {"code": code}, member.authorization)
        return member.username

    def _code_for(self, case: Case[Any]) -> str:
        """Return a code that the user can send as often as they like: the same one each time."""
        user = str(case.headers["Authorization"])
        if user not in self._codes:
            owner = self._register(case).authorization
            made = self._post(case, "/lists", {"name": "Shared"}, owner)["list"]
            self._codes[user] = self._invite(case, made["id"], owner)["code"]
        return self._codes[user]

    def _register(self, case: Case[Any]) -> Credentials:
        """Register somebody whom Schemathesis never sends a request as."""
        user = Credentials(f"member-{next(self._numbers)}", "somebody who shares a list")
        self._post(case, "/users", user._asdict(), user.authorization)
        return user

    def _invite(self, case: Case[Any], list_id: object, owner: str) -> dict[str, Any]:
        """Make an invitation; return it with its code."""
        made = self._post(case, f"/lists/{list_id}/invitations", {"role": "editor"}, owner)
        invitation: dict[str, Any] = made["invitation"]
        return invitation

    def _post(self, case: Case[Any], path: str, body: Any, authorization: str) -> Any:  # noqa: ANN401 - JSON
        """Send what has to succeed; return the answer."""
        response = self._session.post(
            case.operation.base_url + path,
            json=body,
            headers={"Authorization": authorization},
            timeout=TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        return response.json()

    def _create_task(self, case: Case[Any]) -> tuple[int, str]:
        """Create a task; return its id and its entity tag."""
        response = self._session.post(
            f"{case.operation.base_url}/tasks",
            json={"title": "Issued"},
            headers={"Authorization": str(case.headers["Authorization"])},
            timeout=TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        return response.json()["task"]["id"], response.headers["ETag"]

    def _list_id(self, case: Case[Any]) -> int:
        """Return the id of a list of the user's that can be deleted."""
        url = f"{case.operation.base_url}/lists"
        headers = {"Authorization": str(case.headers["Authorization"])}
        response = self._session.get(url, headers=headers, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        _, *others = response.json()["lists"]
        others = [one for one in others if one["role"] == "owner"]
        if not others:
            response = self._session.post(
                url, json={"name": "Issued"}, headers=headers, timeout=TIMEOUT_SECONDS
            )
            response.raise_for_status()
            others = [response.json()["list"]]
        list_id: int = others[-1]["id"]
        return list_id

    def _delete_task(self, case: Case[Any], task_id: int) -> None:
        """Put a task into the trash."""
        self._session.delete(
            f"{case.operation.base_url}/tasks/{task_id}",
            headers={"Authorization": str(case.headers["Authorization"])},
            timeout=TIMEOUT_SECONDS,
        ).raise_for_status()

    def _token_id(self, case: Case[Any]) -> int:
        """Create a token, and return the id that it was given."""
        response = self._session.post(
            f"{case.operation.base_url}/tokens",
            json={"name": "Issued", "scope": "read"},
            headers={"Authorization": str(case.headers["Authorization"])},
            timeout=TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        token_id: int = response.json()["token"]["id"]
        return token_id

    def _get(self, case: Case[Any], **query: object) -> requests.Response:
        """Read what a request is about."""
        return self._session.get(
            case.operation.base_url + case.formatted_path.removesuffix("/move"),
            params={**case.query, **query},
            headers={"Authorization": str(case.headers["Authorization"])},
            timeout=TIMEOUT_SECONDS,
        )


def created_by(case: Case[Any]) -> Iterator[dict[str, Any]]:
    """Yield the tasks that a request creates."""
    body: Any = case.body
    if case.operation.label == "POST /tasks":
        yield body
    if case.operation.label == "POST /tasks/batch":
        yield from (one["create"] for one in body["operations"] if "create" in one)


def assigned_by(case: Case[Any]) -> Iterator[dict[str, Any]]:
    """Yield the tasks, and the changes to tasks, that a request has."""
    body: Any = case.body
    if case.operation.label in {"POST /tasks", "PUT /tasks/{task_id}", "PATCH /tasks/{task_id}"}:
        yield from [body] if isinstance(body, dict) else []
    if case.operation.label == "POST /tasks/batch":
        for one in body["operations"]:
            yield from (one[verb] for verb in ("create", "update") if verb in one)


def hard_to_guess(password: str) -> str:
    """Return a password like one that a user would choose: what is made up is often `00000000`."""
    return f"a boa and a king cobra {password}"[:MOST_CHARACTERS]


def text_of(body: str) -> str:
    """Return the text of a body, which Schemathesis may have made up as bytes."""
    return body.data.decode(errors="replace") if isinstance(body, Binary) else body


def put_file(case: Case[Any]) -> None:
    """Make a body a file, of the form that its media type says; plain text can be any."""
    case.query.pop("format", None)
    if case.media_type == "text/plain":
        case.query["format"] = "jsonl"
    if case.media_type == "application/json":
        case.body = {"tasks": [{"title": "Read"}]}
    elif isinstance(case.body, str):
        case.body = file_of(text_of(case.body), case.media_type)


def file_of(text: str, media_type: str | None) -> str:
    """Return a file with a task of which ``text`` is the description."""
    if media_type == "text/calendar":
        lines = ["BEGIN:VCALENDAR", "BEGIN:VTODO", "SUMMARY:Read", "END:VTODO", "END:VCALENDAR"]
        return "".join(f"{line}\r\n" for line in lines)
    task = {"title": "Read", "description": text.replace("\0", "")}
    if media_type != "text/csv":
        return json.dumps(task) + "\n"
    file = io.StringIO(newline="")
    csv.writer(file).writerows([task.keys(), task.values()])
    return file.getvalue()
