"""Quotas: how much a user may have, counted exactly, refused with a sentence."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.contract import EXAMPLES
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.operations import batch, transfer
from todo_api.settings import Settings
from todo_api.storage import Database, select_user
from todo_api.storage.idempotency_keys import PACKED_FROM
from todo_api.storage.lists import number_within
from todo_api.storage.schema import idempotency_keys, lists, tasks, trash, users
from todo_api.storage.usage import TEXT_SIZE, text_size

LINES = {"Content-Type": "application/jsonl"}
DAY = timedelta(days=1)


@contextmanager
def service(settings: Settings, **changes: Any) -> Iterator[TestClient]:  # noqa: ANN401 - the settings' own
    """Serve with other quotas; yield miguel's client."""
    with client_of(create_app(replace(settings, **changes)), "miguel", PASSWORD) as client:
        yield client


def create(client: TestClient, key: str = "", **task: object) -> httpx2.Response:
    """Create a task."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/tasks", json={"title": "x", **task}, headers=headers)


def usage(database: Database, username: str = "miguel") -> list[int]:
    """Return what is counted of a user: tasks, text, keys, answers; tasks and text in the trash."""
    counts = (lists.c.stored_tasks, lists.c.stored_text)
    kept = (users.c.stored_keys, users.c.stored_answers)
    thrown_away = (lists.c.trashed_tasks, lists.c.trashed_text)
    with database.snapshot() as db:
        own = (users.c.username == username, lists.c.id == users.c.list_id)
        return list(db.one(select(*counts, *kept, *thrown_away).where(*own)))


def recount(database: Database, username: str = "miguel") -> list[int]:
    """Count the same from what is there."""
    with database.snapshot() as db:
        user = select_user(db, username)
        assert user
        own = tasks.c.list_id == user.list_id
        count, text = db.one(select(func.count(), func.sum(TEXT_SIZE)).where(own))
        thrown_away = db.all(select(trash.c.content).where(trash.c.list_id == user.list_id))
        kept = select(idempotency_keys.c.body, idempotency_keys.c.packed)
        bodies = db.all(kept.where(idempotency_keys.c.user_id == user.id))
    return [
        count,
        int(text or 0),
        len(bodies),
        sum(len(b.encode()) + len(p or b"") for b, p in bodies),
        len(thrown_away),
        sum(text_size(content) for (content,) in thrown_away),
    ]


@pytest.mark.usefixtures("miguel")
class TestWhatIsRefused:
    """Each quota, met."""

    def test_tasks(self, settings: Settings) -> None:
        with service(settings, max_tasks=2) as miguel:
            assert [create(miguel).status_code for _ in range(3)] == [201, 201, 403]
            refusal = create(miguel)
            assert_problem(refusal, 403)
            example = EXAMPLES["TooManyTasks"]["value"]
            assert refusal.json()["code"] == example["code"]
            assert refusal.json()["detail"] == example["detail"].replace("100,000", "2")
            many = "\n".join([json.dumps({"title": "x"})] * 2)
            assert miguel.delete("/tasks/1").status_code == 200
            assert miguel.post("/tasks/import", content=many, headers=LINES).status_code == 403
            operations = [{"delete": {"id": 2}}, *[{"create": {"title": "x"}}] * 2]
            assert miguel.post("/tasks/batch", json={"operations": operations}).is_success
            assert miguel.put("/tasks/4", json={"title": "longer"}).is_success

    def test_tasks_of_one_list_in_all_its_life(
        self, miguel: TestClient, database: Database
    ) -> None:
        assert create(miguel).status_code == 201
        with database.transaction() as db:
            db.execute(update(lists).values(last_task_id=lists.c.id * 2**26 - 2))
        assert create(miguel).json()["task"]["id"] % 2**26 == 2**26 - 1
        many = json.dumps({"title": "x"})
        operations = [{"create": {"title": "x"}}]
        for refused in (
            create(miguel),
            miguel.post("/tasks/import", content=many, headers=LINES),
            miguel.post("/tasks/batch", json={"operations": operations}),
        ):
            assert_problem(refused, 403)
            assert refused.json()["code"] == "too_many_tasks"
            assert "67,108,863 tasks, deleted ones included" in refused.json()["detail"]
        assert len(miguel.get("/tasks").json()["tasks"]) == 2

    def test_text(self, settings: Settings) -> None:
        with service(settings, max_text_bytes=20) as miguel:
            assert create(miguel, description="é" * 8).is_success  # 1 + 16 + 2
            assert_problem(create(miguel), 403)
            refusal = miguel.put("/tasks/1", json={"title": "xyz"}).json()
            example = EXAMPLES["TooMuchText"]["value"]
            assert refusal["code"] == example["code"]
            assert refusal["detail"] == example["detail"].replace("104,857,600", "20")
            assert (
                miguel.patch(
                    "/tasks/1",
                    content='{"labels":["a"]}',
                    headers={"Content-Type": "application/merge-patch+json"},
                ).status_code
                == 403
            )
            assert miguel.put("/tasks/1", json={"title": "xy"}).is_success
            assert miguel.put("/tasks/1", json={"description": "éé", "title": "xyz"}).is_success
            assert create(miguel).is_success

    def test_text_that_is_too_much_already_may_get_shorter(self, settings: Settings) -> None:
        with service(settings) as miguel:
            create(miguel, description="x" * 100)
        with service(settings, max_text_bytes=20) as miguel:
            assert miguel.put("/tasks/1", json={"description": "x" * 50, "done": True}).is_success
            assert miguel.put("/tasks/1", json={"done": False}).is_success

    def test_keys(self, settings: Settings, database: Database) -> None:
        with service(settings, max_keys=2) as miguel:
            assert [create(miguel, key).status_code for key in "abab"] == [201] * 4
            refusal = create(miguel, "c")
            assert_problem(refusal, 403)
            example = EXAMPLES["TooManyKeys"]["value"]
            assert refusal.json()["code"] == example["code"]
            assert refusal.json()["detail"] == example["detail"].replace("100,000", "2")
            assert create(miguel).is_success
            with database.transaction() as db:
                db.execute(update(idempotency_keys).values(created_at=times.ago(DAY * 2)))
            assert create(miguel, "c").is_success
            assert usage(database) == recount(database)

    def test_answers(self, settings: Settings, database: Database) -> None:
        with service(settings, max_answer_bytes=9000) as miguel:
            assert create(miguel, description="é" * 5000).is_success
            everything = {"operations": [{"update": {"id": 1}}] * 50}
            first = miguel.post("/tasks/batch", json=everything, headers={"Idempotency-Key": "a"})
            again = miguel.post("/tasks/batch", json=everything, headers={"Idempotency-Key": "a"})
            assert (first.status_code, first.content) == (200, again.content)
            assert len(first.content) > 500_000
            assert usage(database)[3] < 9000
            statuses = [create(miguel, f"b{number}").status_code for number in range(40)]
            assert set(statuses) == {201, 403}
            assert usage(database) == recount(database)

    def test_registrations(self, settings: Settings) -> None:
        with service(settings, max_registrations=2) as client:
            answers = [
                client.post("/users", json={"username": name, "password": PASSWORD})
                for name in ("susan", "david", "ruth")
            ]
            assert [answer.status_code for answer in answers] == [201, 201, 403]
            example = EXAMPLES["TooManyRegistrations"]["value"]
            assert answers[-1].json()["code"] == example["code"]
            assert answers[-1].json()["detail"] == example["detail"].replace("1,000", "2")

    @pytest.mark.usefixtures("susan")
    def test_nothing_else_of_it_is_there(self, settings: Settings, database: Database) -> None:
        with service(settings, max_tasks=1) as miguel:
            operations = [{"create": {"title": "x"}}] * 2
            refused = miguel.post(
                "/tasks/batch", json={"operations": operations}, headers={"Idempotency-Key": "a"}
            )
            assert_problem(refused, 403)
            assert usage(database) == [0] * 6
            assert number_within(create(miguel).json()["task"]["id"]) == 1
            assert usage(database, "susan") == [0] * 6

    def test_any_number_is_a_choice(self, settings: Settings) -> None:
        quotas = ("max_tasks", "max_text_bytes", "max_keys", "max_answer_bytes")
        with service(settings, **dict.fromkeys(quotas, 0)) as miguel:
            assert create(miguel, "a").is_success


class TestWords:
    """What tasks are found by is bounded for each request that changes many of them."""

    def test_of_a_batch(self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch, "MOST_WORDS", 30)
        task = {"title": "one two three", "labels": ["a", "b"]}
        operations = [{"create": task}] * 6
        assert miguel.post("/tasks/batch", json={"operations": operations}).is_success
        clear = [{"update": {"id": n, "title": "four", "labels": []}} for n in range(1, 7)]
        refusal = miguel.post("/tasks/batch", json={"operations": clear})
        assert_problem(refusal, 413)
        example = EXAMPLES["TooManyWords"]["value"]["detail"]
        assert refusal.json()["detail"] == example.replace("20,000", "30")
        clear = [{"update": {"id": n, "title": "one two"}} for n in range(1, 7)]
        assert miguel.post("/tasks/batch", json={"operations": clear}).is_success
        delete = [{"delete": {"id": n}} for n in range(1, 7)]
        assert miguel.post("/tasks/batch", json={"operations": delete}).is_success

    def test_of_an_import(self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transfer, "MOST_WORDS", 5)
        fits = '{"title": "one two"}\n{"title": "one two", "labels": ["a"]}'
        assert miguel.post("/tasks/import", content=fits, headers=LINES).is_success
        too_many = f'{fits}\n{{"title": "one"}}'
        assert_problem(miguel.post("/tasks/import", content=too_many, headers=LINES), 413)
        assert len(miguel.get("/tasks").json()["tasks"]) == 2


TITLES = strategies.text(
    strategies.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=9
)
CHANGES = strategies.one_of(
    strategies.tuples(strategies.just("create"), TITLES),
    strategies.tuples(strategies.just("put"), TITLES),
    strategies.tuples(strategies.just("label"), TITLES),
    strategies.tuples(strategies.just("rename"), TITLES),
    strategies.tuples(strategies.just("restore"), TITLES),
    strategies.tuples(strategies.just("empty"), TITLES),
    strategies.tuples(strategies.just("delete"), TITLES),
    strategies.tuples(strategies.just("batch"), TITLES),
    strategies.tuples(strategies.just("bad batch"), TITLES),
    strategies.tuples(strategies.just("import"), TITLES),
    strategies.tuples(strategies.just("bad import"), TITLES),
)


def change(client: TestClient, what: str, text: str, number: int) -> httpx2.Response:
    """Do one thing; whether it succeeds does not matter."""
    key = {"Idempotency-Key": f"{what}{number % 10}"}
    text = text.strip() or "x"
    some = number % 7 + 1
    match what:
        case "create":
            body = {"title": text, "description": text}
            answer = client.post("/tasks", json=body, headers=key)
        case "put":
            body = {"title": text, "description": text * some}
            answer = client.put(f"/tasks/{some}", json=body)
        case "label":
            answer = client.put(f"/tasks/{some}", json={"labels": [text.replace("\x7f", "")]})
        case "restore":
            answer = client.post(f"/trash/{some}/restore")
        case "empty" if number % 3 == 0:
            answer = client.delete("/trash")
        case "rename":
            answer = client.post("/labels/rename", json={"name": "a", "new_name": text})
        case "delete":
            answer = client.delete(f"/tasks/{some}")
        case "batch" | "bad batch":
            operations: list[object] = [{"create": {"title": text}}, {"update": {"id": some}}]
            operations += [{"delete": {"id": some}}] * (2 if what == "bad batch" else 1)
            answer = client.post("/tasks/batch", json={"operations": operations}, headers=key)
        case _:
            lines = [json.dumps({"title": text, "labels": ["a"]}), "" if what == "import" else "{"]
            content = "\n".join(lines)
            answer = client.post("/tasks/import", content=content, headers={**key, **LINES})
    return answer


class TestTheCounts:
    """They are exact."""

    @hypothesis_settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(changes=strategies.lists(CHANGES, max_size=25))
    def test_whatever_happens(
        self, miguel: TestClient, database: Database, changes: list[tuple[str, str]]
    ) -> None:
        for number, (what, text) in enumerate(changes):
            change(miguel, what, text, number)
        assert usage(database) == recount(database)

    @pytest.mark.usefixtures("miguel")
    def test_at_the_same_time(self, settings: Settings, database: Database) -> None:
        kinds = ["create", "put", "label", "delete", "batch", "bad batch", "import", "bad import"]
        with service(settings) as miguel, ThreadPoolExecutor(8) as pool:
            miguel.get("/tasks")  # and the credentials have been verified
            answers = pool.map(
                lambda n: change(miguel, kinds[n % 8], "x" * (n % 5 + 1), n // 4), range(160)
            )
            statuses = {answer.status_code for answer in answers}
        assert 500 not in statuses
        assert usage(database) == recount(database)
        assert usage(database)[0] >= 3

    def test_the_quota_holds_for_all_at_the_same_time(
        self, settings: Settings, database: Database, miguel: TestClient
    ) -> None:
        assert create(miguel).is_success
        with service(settings, max_tasks=10) as client:
            client.get("/tasks")
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(lambda _: create(client).status_code, range(24)))
        assert (answers.count(201), answers.count(403)) == (9, 15)
        assert usage(database)[0] == 10

    def test_long_answers_are_compressed(self, miguel: TestClient, database: Database) -> None:
        first = create(miguel, "a", description="long " * 1000)
        assert usage(database)[3] < PACKED_FROM < len(first.content)
        assert create(miguel, "a", description="long " * 1000).content == first.content
