"""Safe retries: a request that is sent again with its ``Idempotency-Key`` is not done again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Barrier, Event

import httpx2
import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.contract import EXAMPLES
from tests.support.problems import assert_problem
from todo_api import execution, storage, times
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.operations import tasks as handlers
from todo_api.settings import Settings
from todo_api.storage import Database
from todo_api.storage.idempotency_keys import FORGOTTEN_AT_ONCE, AnswerRow, insert_answer
from todo_api.storage.schema import idempotency_keys
from todo_api.storage.users import select_user

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
READ, WRITE = {"title": "Read a book"}, {"title": "Write a book"}
REQUESTS = [
    pytest.param("/tasks", READ, id="task"),
    pytest.param("/tasks/batch", {"operations": [{"create": READ}]}, id="batch"),
]


def post(
    client: TestClient, body: object = READ, key: str = KEY, path: str = "/tasks", **headers: str
) -> httpx2.Response:
    """Send a request with a key."""
    return client.post(path, json=body, headers={"Idempotency-Key": key, **headers})


def titles(client: TestClient) -> list[str]:
    """Return the titles of all tasks."""
    return [task["title"] for task in client.get("/tasks").json()["tasks"]]


def is_replayed(answer: httpx2.Response) -> bool:
    """Tell whether an answer is a replayed one."""
    replayed = answer.headers.get("Idempotency-Replayed")
    assert replayed in {None, "true"}
    return replayed is not None


class TestTheSameAgain:
    """The same key and the same content."""

    @pytest.mark.parametrize(("path", "body"), REQUESTS)
    def test_is_done_once_and_answered_alike(
        self, miguel: TestClient, path: str, body: object
    ) -> None:
        first, second, third = (post(miguel, body, path=path) for _ in range(3))
        assert titles(miguel) == ["Read a book"]
        assert [is_replayed(answer) for answer in (first, second, third)] == [False, True, True]
        for again in (second, third):
            assert again.status_code == first.status_code
            assert again.content == first.content
            for name in ("Location", "ETag", "Content-Type"):
                assert again.headers.get(name) == first.headers.get(name)

    def test_has_the_location_and_the_tag_of_the_first_time(self, miguel: TestClient) -> None:
        created = post(miguel)
        miguel.put("/tasks/1", json={"title": "Read another book"})
        again = post(miguel)
        assert (again.status_code, again.json()) == (201, created.json())
        assert again.headers["Location"] == created.json()["task"]["uri"]
        assert again.headers["ETag"] == created.headers["ETag"]

    def test_is_known_by_its_meaning_and_not_by_its_spelling(self, miguel: TestClient) -> None:
        spelt = ['{"title": "Caf\\u00e9", "priority": 1}', ' {"priority":1,\n"title":"Café"}\n']
        headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}
        answers = [miguel.post("/tasks", content=text.encode(), headers=headers) for text in spelt]
        assert [is_replayed(answer) for answer in answers] == [False, True]

    def test_has_the_items_of_arrays_in_the_same_order(self, miguel: TestClient) -> None:
        post(miguel, {**READ, "labels": ["a", "b"]})
        assert_problem(post(miguel, {**READ, "labels": ["b", "a"]}), 422)

    def test_brings_no_deleted_task_back(self, miguel: TestClient) -> None:
        created = post(miguel)
        assert miguel.delete("/tasks/1").status_code == 200
        again = post(miguel)
        assert is_replayed(again)
        assert again.json() == created.json()
        assert_problem(miguel.get("/tasks/1"), 404)
        assert titles(miguel) == []

    def test_is_no_change_of_the_list(self, miguel: TestClient) -> None:
        post(miguel)
        before = miguel.get("/tasks").headers["ETag"]
        assert is_replayed(post(miguel))
        assert miguel.get("/tasks").headers["ETag"] == before

    def test_without_a_key_is_done_again(self, miguel: TestClient) -> None:
        for _ in range(2):
            assert not is_replayed(miguel.post("/tasks", json=READ))
        assert titles(miguel) == ["Read a book"] * 2


class TestTheKey:
    """The form of a key, and its scope."""

    @pytest.mark.parametrize(
        ("key", "other"),
        [("a", "b"), ("a", "A"), ("a", '"a"'), ("a" * 255, "a" * 254), ("!", "~"), ("a,b", "a;b")],
    )
    def test_is_compared_character_by_character(
        self, miguel: TestClient, key: str, other: str
    ) -> None:
        assert [is_replayed(post(miguel, READ, each)) for each in (key, other)] == [False, False]
        assert [is_replayed(post(miguel, READ, each)) for each in (key, other)] == [True, True]

    @pytest.mark.parametrize("key", ["", "a b", "a\tb", "é", "\x7f", "x" * 256])
    def test_is_1_to_255_visible_characters(self, miguel: TestClient, key: str) -> None:
        headers = {b"Idempotency-Key": key.encode("latin-1")}
        answer = miguel.post("/tasks", json=READ, headers=headers)
        assert_problem(answer, 400, "Idempotency-Key")
        assert titles(miguel) == []

    def test_comes_alone(self, miguel: TestClient) -> None:
        headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        assert_problem(miguel.post("/tasks", json=READ, headers=headers), 400, "Idempotency-Key")

    def test_is_its_users_own(self, miguel: TestClient, susan: TestClient) -> None:
        post(miguel)
        assert not is_replayed(post(susan, WRITE))
        assert (titles(miguel), titles(susan)) == (["Read a book"], ["Write a book"])

    @pytest.mark.usefixtures("miguel")
    def test_goes_with_its_user(self, app: ContractApp, anonymous: TestClient) -> None:
        miguel = client_of(app, "miguel", PASSWORD)
        post(miguel)
        assert miguel.delete("/users/miguel").status_code == 200
        newcomer = {"username": "miguel", "password": PASSWORD}
        assert anonymous.post("/users", json=newcomer).status_code == 201
        assert not is_replayed(post(miguel, WRITE))

    def test_cannot_be_guessed(self, miguel: TestClient, anonymous: TestClient) -> None:
        post(miguel)
        assert_problem(post(anonymous), 401)

    @pytest.mark.parametrize("hours", [23, 25])
    def test_is_remembered_for_24_hours(
        self, miguel: TestClient, database: Database, hours: int
    ) -> None:
        post(miguel)
        let_time_pass(database, timedelta(hours=hours))
        assert is_replayed(post(miguel)) == (hours < 24)
        assert is_replayed(post(miguel))

    def test_may_mean_something_else_after_that(
        self, miguel: TestClient, database: Database
    ) -> None:
        post(miguel)
        let_time_pass(database, timedelta(hours=25))
        assert not is_replayed(post(miguel, WRITE))

    def test_is_forgotten_when_others_come(self, miguel: TestClient, database: Database) -> None:
        backlog = 2 * FORGOTTEN_AT_ONCE + 5
        with database.transaction() as db:
            user = select_user(db, "miguel")
            assert user
            answer = AnswerRow("", 201, {}, "{}")
            for number in range(backlog):
                insert_answer(db, user.id, f"{number}", answer, now=times.now(), expiry="")
        let_time_pass(database, timedelta(hours=25))
        kept = [(post(miguel, key=key), keys_kept(database))[1] for key in ("new", "newer")]
        assert kept == [FORGOTTEN_AT_ONCE + 6, 7]


class TestOtherContent:
    """The same key with different content."""

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/tasks", WRITE),
            ("/tasks", {**READ, "done": False}),
            ("/tasks/batch", {"operations": [{"create": READ}]}),
        ],
    )
    def test_is_refused(self, miguel: TestClient, path: str, body: object) -> None:
        post(miguel)
        assert_problem(post(miguel, body, path=path), 422)
        assert titles(miguel) == ["Read a book"]
        assert is_replayed(post(miguel))

    def test_that_is_not_even_valid_is_a_bad_request(self, miguel: TestClient) -> None:
        post(miguel)
        assert_problem(post(miguel, {}), 400, "/title")


class TestARefusal:
    """A request that failed leaves its key unused."""

    @pytest.mark.parametrize(
        ("path", "bad", "good"),
        [
            ("/tasks", {}, READ),
            (
                "/tasks/batch",
                {"operations": [{"create": READ}, {"delete": {"id": 7}}]},
                {"operations": [{"create": READ}]},
            ),
        ],
    )
    def test_is_not_remembered(
        self, miguel: TestClient, path: str, bad: object, good: object
    ) -> None:
        refusals = [post(miguel, bad, path=path) for _ in range(2)]
        assert {answer.is_client_error for answer in refusals} == {True}
        assert not any(is_replayed(answer) for answer in refusals)
        assert not is_replayed(post(miguel, good, path=path))
        assert titles(miguel) == ["Read a book"]

    def test_a_failure_of_the_service_is_not_remembered_either(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("The service fails after the task was stored.")

        with monkeypatch.context() as patch:
            patch.setattr(handlers, "represent_task", fail)
            assert_problem(post(miguel), 500)
        caplog.clear()
        assert titles(miguel) == []
        assert not is_replayed(post(miguel))
        assert titles(miguel) == ["Read a book"]


class TestAtTheSameTime:
    """The same key again, while its first request is still running."""

    @pytest.mark.parametrize(
        ("path", "body"), [*REQUESTS, pytest.param("/tasks/import", {"tasks": [READ]}, id="import")]
    )
    def test_while_the_first_is_running_the_second_is_told_to_wait(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, body: object
    ) -> None:
        with ThreadPoolExecutor() as pool, held_up(monkeypatch) as (is_running, release):
            first = pool.submit(post, miguel, body, path=path)
            is_running()
            second = post(miguel, body, path=path)
            assert_problem(second, 409)
            assert second.json() == EXAMPLES["StillRunning"]["value"]
            assert second.headers["Retry-After"] == "1"
            accept = "application/problem+json"
            told = post(miguel, body, path=path, Accept=accept).json()
            assert told == EXAMPLES["ConflictProblem"]["value"]
            release()
            assert first.result().is_success
        assert is_replayed(post(miguel, body, path=path))

    @pytest.mark.parametrize(("path", "body"), REQUESTS)
    def test_eight_at_once_do_it_once(self, miguel: TestClient, path: str, body: object) -> None:
        assert_done_once(all_at_once([miguel] * 8, path, body))
        assert titles(miguel) == ["Read a book"]

    @pytest.mark.parametrize(("path", "body"), REQUESTS)
    def test_at_several_services_on_one_database_it_is_done_once_too(
        self, settings: Settings, miguel: TestClient, path: str, body: object
    ) -> None:
        with ExitStack() as services:
            apps = [create_app(settings) for _ in range(4)]
            for app in apps:
                services.enter_context(TestClient(app))
            answers = all_at_once([client_of(app, "miguel", PASSWORD) for app in apps], path, body)
        assert_done_once(answers)
        assert titles(miguel) == ["Read a book"]

    def test_it_is_still_running_in_another_process(
        self, settings: Settings, miguel: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with ExitStack() as running:
            elsewhere = create_app(settings)
            running.enter_context(TestClient(elsewhere))
            client = client_of(elsewhere, "miguel", PASSWORD)
            assert titles(client) == []
            pool = running.enter_context(ThreadPoolExecutor())
            is_running, release = running.enter_context(held_up(monkeypatch))
            first = pool.submit(post, miguel)
            is_running()
            second = pool.submit(post, client)
            if settings.database_url.startswith("postgresql"):
                assert_problem(second.result(), 409)
            release()
            assert first.result().status_code == 201
            assert second.result().is_success is settings.database_url.startswith("sqlite")

    def test_different_keys_do_not_get_in_each_others_way(self, miguel: TestClient) -> None:
        assert titles(miguel) == []
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda key: post(miguel, key=key), "abcdefgh"))
        assert {answer.status_code for answer in answers} == {201}
        assert len(titles(miguel)) == 8


def assert_done_once(answers: list[httpx2.Response]) -> None:
    """Assert that each answer is the same, or says that the request is still running."""
    done = [answer for answer in answers if answer.is_success]
    assert [is_replayed(answer) for answer in done].count(False) == 1
    assert len({answer.content for answer in done}) == 1
    for answer in answers:
        if not answer.is_success:
            assert_problem(answer, 409)
            assert answer.headers["Retry-After"] == "1"


def all_at_once(clients: list[TestClient], path: str, body: object) -> list[httpx2.Response]:
    """Send the same request from all clients at the same time."""
    for client in clients:
        assert titles(client) == []  # and their credentials have been verified
    together = Barrier(len(clients))

    def send(client: TestClient) -> httpx2.Response:
        together.wait()
        return post(client, body, path=path)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(send, clients))


@contextmanager
def held_up(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """Hold up creations just before they finish; yield a way to wait for one, and to release it.

    They run in threads, as those with a large body do.
    """
    running, released = Event(), Event()

    def slow(insert: Callable[..., object]) -> Callable[..., object]:
        def insert_slowly(*args: object, **options: object) -> object:
            inserted = insert(*args, **options)
            running.set()
            assert released.wait(60)
            return inserted

        return insert_slowly

    with monkeypatch.context() as patch:
        patch.setattr(execution, "MOST_BODY_BYTES", -1)
        patch.setattr(storage, "insert_task", slow(storage.insert_task))
        patch.setattr(storage, "begin_import", slow(storage.begin_import))
        try:
            yield lambda: running.wait(60), released.set
        finally:
            released.set()


def let_time_pass(database: Database, period: timedelta) -> None:
    """Make all keys older."""
    with database.transaction() as db:
        db.execute(update(idempotency_keys).values(created_at=times.ago(period)))


def keys_kept(database: Database) -> int:
    """Count the keys of all users."""
    with database.snapshot() as db:
        kept: int = db.scalar(select(func.count()).select_from(idempotency_keys))
        return kept
