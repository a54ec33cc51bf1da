"""Tokens: made with a password, used instead of one, good for what their scope says."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import make_url, text
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from tests.support.asgi import call
from tests.support.clients import PASSWORD, client_of
from tests.support.contract import DOCUMENT
from tests.support.keys import basic, bearer
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.contract import Caller, ContractApp
from todo_api.contract.outputs import BrokenOffError
from todo_api.execution import ONLY_READ
from todo_api.identity import User
from todo_api.identity.codes import TOKEN, is_code, new_code
from todo_api.identity.tokens import SCOPES
from todo_api.operations.tokens import DAYS, create_token
from todo_api.operations.transfer import PAGE
from todo_api.settings import Settings
from todo_api.storage import (
    Connection,
    Database,
    UserGoneError,
    UserRow,
    delete_tokens,
    select_user,
    update_user,
)

TOKENS = "http://localhost/todo/api/v1.0/tokens"
REALM = 'Bearer realm="Authentication Required"'
BASIC = 'Basic realm="Authentication Required", charset="UTF-8"'
INVALID = f'{BASIC}, {REALM}, error="invalid_token"'
NEW_PASSWORD = "a boa and a king cobra"

OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
WITH_TOKEN = {name for name, (*_, of) in OPERATIONS.items() if {"bearerAuth": []} in of["security"]}
WITH_PASSWORD_ONLY = {
    name for name, (*_, of) in OPERATIONS.items() if of["security"] == [{"basicAuth": []}]
}
ARGUMENTS = {"task_id": 1, "list_id": 7, "username": "miguel", "token_id": 1, "invitation_id": 1}


def create(client: TestClient, scope: str = "write", **members: object) -> dict[str, Any]:
    """Create a token; return it with its secret."""
    response = client.post("/tokens", json={"name": "Phone", "scope": scope, **members})
    assert response.status_code == 201, response.text
    token: dict[str, Any] = response.json()["token"]
    return token


def with_token(app: ContractApp, secret: str) -> TestClient:
    """Return a client that has a token and no password."""
    client = client_of(app)
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def attempt(client: TestClient, operation_id: str) -> httpx2.Response:
    """Send a request to an operation; nothing but the credentials has to be right."""
    method, path, operation = OPERATIONS[operation_id]
    body = operation.get("requestBody", {}).get("$ref", "").rpartition("/")[2]
    content = DOCUMENT["components"]["requestBodies"][body]["content"] if body else [None]
    media_type = next(iter(content))
    return client.request(
        method,
        path.format_map(ARGUMENTS),
        headers={"Content-Type": media_type} if media_type else {},
        content="{}" if media_type else None,
    )


@pytest.fixture
def other(settings: Settings) -> Iterator[ContractApp]:
    """Another process of the service, on the same database."""
    app = create_app(settings)
    with TestClient(app):
        yield app


class TestCreate:
    """POST /tokens."""

    def test_answers_the_token_with_its_secret(self, miguel: TestClient) -> None:
        body = {"name": "The tablet in the kitchen", "scope": "write", "expires_in_days": 366}
        response = miguel.post("/tokens", json=body)
        assert response.status_code == 201
        token = response.json()["token"]
        assert list(token) == [
            *("id", "uri", "name", "scope", "created_at", "expires_at", "last_used_at", "secret")
        ]
        assert is_code(TOKEN, token["secret"])
        assert response.headers["Location"] == token["uri"] == f"{TOKENS}/{token['id']}"
        assert response.headers["Cache-Control"] == "no-store"
        assert (token["name"], token["scope"]) == ("The tablet in the kitchen", "write")
        assert token["last_used_at"] is None

    @pytest.mark.parametrize(
        ("given", "days"),
        [({"expires_in_days": 1}, 1), ({"expires_in_days": 366}, 366), ({}, DAYS)],
    )
    def test_lets_it_expire_after_some_days(
        self, miguel: TestClient, given: dict[str, Any], days: int
    ) -> None:
        token = create(miguel, **given)
        assert token["expires_at"] == times.later(token["created_at"], timedelta(days=days))

    def test_lets_it_never_expire(self, miguel: TestClient) -> None:
        assert create(miguel, expires_in_days=None)["expires_at"] is None

    def test_has_the_default_of_the_document(self) -> None:
        assert DOCUMENT["components"]["schemas"]["TokenDays"]["default"] == DAYS

    @pytest.mark.parametrize(
        ("members", "places"),
        [
            ({"name": ""}, ["/name"]),
            ({"name": " Phone"}, ["/name"]),
            ({"name": "Ph\none"}, ["/name"]),
            ({"name": "x" * 101}, ["/name"]),
            ({"scope": "all"}, ["/scope"]),
            ({"scope": None}, ["/scope", "/scope"]),
            ({"expires_in_days": 0}, ["/expires_in_days"]),
            ({"expires_in_days": 367}, ["/expires_in_days"]),
            ({"expires_in_days": "7"}, ["/expires_in_days"]),
            ({"secret": "mine"}, ["/secret"]),
            ({"id": 1}, ["/id"]),
        ],
        ids=str,
    )
    def test_refuses_what_the_document_does_not_allow(
        self, miguel: TestClient, members: dict[str, object], places: list[str]
    ) -> None:
        body = {"name": "Phone", "scope": "read", **members}
        assert_problem(miguel.post("/tokens", json=body), 400, *places)
        assert miguel.get("/tokens").json() == {"tokens": []}

    def test_needs_a_name_and_a_scope(self, miguel: TestClient) -> None:
        assert_problem(miguel.post("/tokens", json={}), 400, "/name", "/scope")

    def test_is_refused_once_there_are_as_many_as_there_may_be(
        self, settings: Settings, miguel: TestClient
    ) -> None:
        app = create_app(replace(settings, max_tokens=2))
        with TestClient(app):
            client = client_of(app, "miguel", PASSWORD)
            first, _ = create(client), create(client)
            refused = client.post("/tokens", json={"name": "Clock", "scope": "read"})
            assert_problem(refused, 403)
            assert "You have 2 tokens" in refused.json()["detail"]
            assert client.delete(first["uri"]).status_code == 200
            create(client)
        assert len(miguel.get("/tokens").json()["tokens"]) == 2

    def test_ids_tell_neither_how_many_there_are_nor_whose(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        ids = [create(client)["id"] for client in (miguel, miguel, susan)]
        assert len(set(ids)) == 3
        assert max(ids) > 2**32
        assert max(ids) < 2**53


class TestGet:
    """GET /tokens and GET /tokens/{token_id}."""

    def test_show_all_but_the_secret(self, miguel: TestClient) -> None:
        created = [create(miguel), create(miguel, scope="read")]
        for token in created:
            del token["secret"]
        assert miguel.get("/tokens").json() == {"tokens": created}
        for token in created:
            assert miguel.get(token["uri"]).json() == {"token": token}

    @pytest.mark.parametrize("token_id", ["1", "0", "-1", "a", "9007199254740992"])
    def test_of_none_is_404(self, miguel: TestClient, token_id: str) -> None:
        assert_problem(miguel.get(f"/tokens/{token_id}"), 404)
        assert_problem(miguel.delete(f"/tokens/{token_id}"), 404)


class TestUse:
    """``Authorization: Bearer``."""

    def test_is_as_good_as_a_password_where_a_token_is_taken(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        phone = with_token(app, create(miguel)["secret"])
        created = phone.post("/tasks", json={"title": "Buy groceries"})
        assert created.status_code == 201
        assert miguel.get("/tasks").json() == phone.get("/tasks").json()
        assert phone.put("/tasks/1", json={"done": True}).status_code == 200
        assert phone.get("/tasks/export").status_code == 200
        assert phone.delete("/tasks/1").json() == {"result": True}

    def test_reaches_its_owners_list_only(
        self, app: ContractApp, miguel: TestClient, susan: TestClient
    ) -> None:
        susan.post("/tasks", json={"title": "Write to David"})
        phone = with_token(app, create(miguel)["secret"])
        assert phone.get("/tasks").json() == {"tasks": []}
        assert_problem(phone.get("/tasks/1"), 404)

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_may_spell_the_scheme_in_any_case(
        self, anonymous: TestClient, miguel: TestClient, scheme: str
    ) -> None:
        field = {"Authorization": f"{scheme} {create(miguel)['secret']}"}
        assert anonymous.get("/tasks", headers=field).status_code == 200

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda _: "", id="nothing"),
            pytest.param(lambda secret: secret[:-1], id="cut off"),
            pytest.param(lambda secret: secret.swapcase(), id="another case"),
            pytest.param(lambda secret: secret + secret, id="twice"),
            pytest.param(lambda _: new_code(TOKEN), id="well-formed"),
            pytest.param(lambda secret: f'"{secret}"', id="quoted"),
            pytest.param(lambda _: "ä" * 44, id="not ASCII"),
            pytest.param(lambda _: PASSWORD, id="the password"),
        ],
    )
    def test_of_another_secret_is_refused_with_both_challenges(
        self, anonymous: TestClient, miguel: TestClient, change: Callable[[str], str]
    ) -> None:
        secret = change(create(miguel)["secret"])
        field = {b"Authorization": f"Bearer {secret}".encode("latin-1")}
        refused = anonymous.get("/tasks", headers=field)
        assert_problem(refused, 401)
        assert refused.json() == {"error": "Unauthorized access", "code": "unauthorized"}
        assert refused.headers["WWW-Authenticate"] == INVALID
        script = {**field, b"X-Requested-With": b"XMLHttpRequest"}
        refused = anonymous.get("/tasks", headers=script)
        assert_problem(refused, 403, error="Unauthorized access")
        assert "WWW-Authenticate" not in refused.headers

    def test_a_secret_is_no_password(self, app: ContractApp, miguel: TestClient) -> None:
        secret = create(miguel)["secret"]
        assert_problem(client_of(app, "miguel", secret).get("/tasks"), 401)
        assert_problem(client_of(app, secret, "").get("/tasks"), 401)

    def test_is_told_a_while_later(
        self, app: ContractApp, settings: Settings, miguel: TestClient
    ) -> None:
        token = create(miguel)
        process = create_app(settings)
        with TestClient(process):
            assert with_token(process, token["secret"]).get("/tasks").status_code == 200
        # Another process has ended, and has written what it knew.
        used = miguel.get(token["uri"]).json()["token"]["last_used_at"]
        assert used >= token["created_at"]
        assert with_token(app, token["secret"]).get("/tasks").status_code == 200


class TestScope:
    """What a token is good for, by the document."""

    def test_every_operation_on_tasks_takes_tokens_and_no_other_does(self) -> None:
        tags = {name: of["tags"][0] for name, (*_, of) in OPERATIONS.items()}
        of_tasks = {"tasks", "batch", "changes", "transfer", "lists", "labels", "trash", "sharing"}
        assert {tags[name] for name in WITH_TOKEN} == of_tasks
        assert {tags[name] for name in WITH_PASSWORD_ONLY} == {"users", "tokens"}
        open_to_all = OPERATIONS.keys() - WITH_TOKEN - WITH_PASSWORD_ONLY
        assert open_to_all == {"create_user", "get_health", "get_readiness"}

    def test_what_changes_something_needs_write(self) -> None:
        for name in WITH_TOKEN:
            method, _, operation = OPERATIONS[name]
            only_reads = method == "get" or name in ONLY_READ
            assert operation["x-scope"] == ("read" if only_reads else "write"), name

    @pytest.mark.parametrize("scope", SCOPES)
    @pytest.mark.parametrize("name", sorted(WITH_TOKEN))
    def test_decides_which_operations_a_token_is_good_for(
        self, app: ContractApp, miguel: TestClient, name: str, scope: str
    ) -> None:
        phone = with_token(app, create(miguel, scope)["secret"])
        needed = OPERATIONS[name][2]["x-scope"]
        answer = attempt(phone, name)
        if needed in SCOPES[scope]:
            assert answer.status_code in {200, 201, 400, 404}
        else:
            assert_problem(answer, 403)
            challenge = f'{REALM}, error="insufficient_scope", scope="{needed}"'
            assert answer.headers["WWW-Authenticate"] == challenge
            assert needed in answer.json()["detail"]
        assert miguel.get("/tasks").json() == {"tasks": []}

    @pytest.mark.parametrize("name", sorted(WITH_PASSWORD_ONLY))
    def test_is_nothing_where_a_password_is_needed(
        self, app: ContractApp, miguel: TestClient, name: str
    ) -> None:
        phone = with_token(app, create(miguel)["secret"])
        before = miguel.get("/tokens").json(), miguel.get("/users/miguel").json()
        refused = attempt(phone, name)
        assert_problem(refused, 401)
        assert refused.headers["WWW-Authenticate"] == BASIC
        assert (miguel.get("/tokens").json(), miguel.get("/users/miguel").json()) == before

    def test_too_little_is_told_to_scripts_as_well(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        phone = with_token(app, create(miguel, "read")["secret"])
        phone.headers["X-Requested-With"] = "XMLHttpRequest"
        refused = phone.post("/tasks", json={"title": "Buy groceries"})
        assert_problem(refused, 403)
        assert "insufficient_scope" in refused.headers["WWW-Authenticate"]

    def test_too_little_is_told_before_a_large_body_is_read(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        phone = with_token(app, create(miguel, "read")["secret"])
        lines = b'{"title": "Rest"}\n' * 10_000
        headers = {"Content-Type": "application/jsonl"}
        assert_problem(phone.post("/tasks/import", content=lines, headers=headers), 403)
        phone = with_token(app, create(miguel)["secret"])
        assert phone.post("/tasks/import", content=lines, headers=headers).status_code == 200


class TestAtOnce:
    """What ends a token counts at once in every process."""

    @pytest.fixture
    def phones(
        self, app: ContractApp, other: ContractApp, miguel: TestClient
    ) -> Callable[[], set[int]]:
        """Ask both processes for a list and for a change by a token; return the statuses."""
        secret = create(miguel, expires_in_days=1)["secret"]
        clients = [with_token(one, secret) for one in (app, other)]

        def statuses() -> set[int]:
            read = {client.get("/tasks").status_code for client in clients}
            changed = {
                client.put("/tasks/1", json={"done": True}).status_code for client in clients
            }
            return read | changed

        miguel.post("/tasks", json={"title": "Buy groceries"})
        assert statuses() == {200}
        return statuses

    def test_revoked(self, miguel: TestClient, phones: Callable[[], set[int]]) -> None:
        [token] = miguel.get("/tokens").json()["tokens"]
        assert miguel.delete(token["uri"]).json() == {"result": True}
        assert phones() == {401}
        assert_problem(miguel.get(token["uri"]), 404)
        assert_problem(miguel.delete(token["uri"]), 404)
        assert miguel.get("/tokens").json() == {"tokens": []}

    def test_expired(
        self,
        miguel: TestClient,
        phones: Callable[[], set[int]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        [token] = miguel.get("/tokens").json()["tokens"]
        with monkeypatch.context() as clock:
            clock.setattr(times, "now", lambda: token["expires_at"])
            assert phones() == {401}
        assert phones() == {200}

    def test_of_a_disabled_user(self, database: Database, phones: Callable[[], set[int]]) -> None:
        for disabled_at, status in ((times.now(), 401), (None, 200)):
            with database.transaction() as db:
                user = select_user(db, "miguel")
                assert user is not None
                update_user(db, user.id, {"disabled_at": disabled_at})
            assert phones() == {status}

    def test_of_a_deleted_user(self, miguel: TestClient, phones: Callable[[], set[int]]) -> None:
        assert miguel.delete("/users/miguel").status_code == 200
        assert phones() == {401}

    def test_ended_by_a_change_of_password_if_wished(
        self,
        app: ContractApp,
        other: ContractApp,
        miguel: TestClient,
        phones: Callable[[], set[int]],
    ) -> None:
        remembered = client_of(other, "miguel", PASSWORD)
        assert remembered.get("/tasks").status_code == 200
        body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
        assert miguel.put("/users/miguel", json=body).status_code == 200
        assert_problem(remembered.get("/tasks"), 401)
        assert_problem(miguel.get("/tasks"), 401)
        assert phones() == {200}
        renewed = client_of(app, "miguel", NEW_PASSWORD)
        back = {"password": PASSWORD, "current_password": NEW_PASSWORD, "revoke_tokens": True}
        changed = renewed.put("/users/miguel", json=back)
        assert changed.status_code == 200
        assert "revoke_tokens" not in changed.json()["user"]
        assert phones() == {401}
        assert miguel.get("/tokens").json() == {"tokens": []}

    def test_none_is_made_by_a_password_that_was_changed_meanwhile(
        self, settings: Settings, database: Database, miguel: TestClient
    ) -> None:
        with database.snapshot() as db:
            before = select_user(db, "miguel")
        assert before
        change = {"password": NEW_PASSWORD, "current_password": PASSWORD, "revoke_tokens": True}
        assert miguel.put("/users/miguel", json=change).status_code == 200
        with pytest.raises(UserGoneError):
            create_token(
                {"name": "Phone", "scope": "write"},
                User(before.id, before.username, before.list_id, before.password_hash),
                database,
                settings,
                lambda *_, **__: "/miguel",
                Caller("127.0.0.1", "1"),
            )

    def test_ended_without_a_change_of_password(
        self, miguel: TestClient, phones: Callable[[], set[int]]
    ) -> None:
        assert miguel.put("/users/miguel", json={"revoke_tokens": False}).status_code == 200
        assert phones() == {200}
        assert miguel.put("/users/miguel", json={"revoke_tokens": True}).status_code == 200
        assert phones() == {401}

    def test_kept_by_a_change_that_is_refused(
        self, miguel: TestClient, phones: Callable[[], set[int]]
    ) -> None:
        body = {"password": NEW_PASSWORD, "current_password": "wrong", "revoke_tokens": True}
        assert_problem(miguel.put("/users/miguel", json=body), 403, "/current_password")
        assert phones() == {200}

    def test_of_others_are_left_alone(
        self, miguel: TestClient, susan: TestClient, phones: Callable[[], set[int]]
    ) -> None:
        create(susan)
        assert susan.put("/users/susan", json={"revoke_tokens": True}).status_code == 200
        assert phones() == {200}
        assert len(miguel.get("/tokens").json()["tokens"]) == 1


def revoke(db: Connection, user: UserRow) -> None:
    """Revoke all of a user's tokens."""
    assert delete_tokens(db, user.id)


def disable(db: Connection, user: UserRow) -> None:
    """Disable a user."""
    update_user(db, user.id, {"disabled_at": times.now()})


def renew(db: Connection, user: UserRow) -> None:
    """Give a user another password."""
    update_user(db, user.id, {"password_hash": "another"})


@pytest.mark.parametrize(
    ("kind", "change"),
    [("token", revoke), ("token", disable), ("password", disable), ("password", renew)],
)
def test_credentials_that_are_good_no_more_end_an_export_that_is_under_way(
    app: ContractApp,
    database: Database,
    miguel: TestClient,
    kind: str,
    change: Callable[[Connection, UserRow], None],
) -> None:
    lines = "".join(f'{{"title": "Task {number}"}}\n' for number in range(PAGE + 1))
    headers = {"Content-Type": "application/jsonl"}
    assert miguel.post("/tasks/import", content=lines, headers=headers).is_success
    field = bearer(create(miguel)["secret"]) if kind == "token" else basic("miguel", PASSWORD)
    sent: list[bytes] = []

    def change_now() -> None:
        with database.transaction() as db:
            user = select_user(db, "miguel")
            assert user
            change(db, user)

    async def to_one_who_waits(scope: Scope, receive: Receive, send: Send) -> None:
        async def take(message: Message) -> None:
            await send(message)
            if message.get("body"):
                sent.append(message["body"])
                await asyncio.to_thread(change_now)

        await app(scope, receive, take)

    with pytest.raises(BrokenOffError):
        call(to_one_who_waits, "GET", "/todo/api/v1.0/tasks/export", [field])
    assert [part.count(b"\n") for part in sent] == [PAGE]


def stored_bytes(database_url: str, database: Database) -> bytes:
    """Return all that a database holds: the bytes of its files, or all rows of its tables."""
    url = make_url(database_url)
    if url.drivername.startswith("sqlite"):
        path = Path(url.database or "")
        with sqlite3.connect(path) as file:
            file.execute("PRAGMA wal_checkpoint")
        return b"".join(found.read_bytes() for found in path.parent.glob(f"{path.name}*"))
    tables = "SELECT string_agg(t::text, ' ') FROM {} t"
    with database.snapshot() as db:
        names = db.all(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                "current_schema()::regnamespace"
            )
        )
        rows = [db.scalar(text(tables.format(name))) for (name,) in names]
    return " ".join(row for row in rows if row).encode()


def test_no_secret_is_in_the_database(
    app: ContractApp, database: Database, database_url: str, miguel: TestClient
) -> None:
    token = create(miguel, name="The tablet in the kitchen")
    phone = with_token(app, token["secret"])
    key = {"Idempotency-Key": "one"}
    assert phone.post("/tasks", json={"title": "Read"}, headers=key).status_code == 201
    stored = stored_bytes(database_url, database)
    assert b"The tablet in the kitchen" in stored
    assert not re.search(TOKEN.encode() + rb"[0-9A-Za-z]{20}", stored)
    assert token["secret"][len(TOKEN) :].encode() not in stored
