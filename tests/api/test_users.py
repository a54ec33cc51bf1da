"""Users and their own accounts: register, get, update, delete."""

import asyncio
import json
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.contract import EXAMPLES
from tests.support.problems import assert_problem
from todo_api import storage, times
from todo_api.application import create_app
from todo_api.contract import Caller, ContractApp, Problem, Workers
from todo_api.identity import Accounts, User, has_invitation, invite, new_code, password_hasher
from todo_api.identity.codes import INVITATION
from todo_api.operations.users import update_user
from todo_api.settings import Settings
from todo_api.storage import Database, select_user
from todo_api.throttling import Window

USERS = "http://localhost/todo/api/v1.0/users"
SUSAN = {"username": "susan", "password": "Pizza is not a fruit!", "email": "susan@example.com"}
NEW_PASSWORD = "a boa and a king cobra"


class OvertakenAccounts(Accounts):
    """Accounts in which another request stores a password after the first verification."""

    def __init__(self, database: Database, settings: Settings, password: str) -> None:
        super().__init__(database, password_hasher(settings))
        self._overtaking: str | None = password

    def verify_password(self, password_hash: str, password: str) -> bool:
        matches = super().verify_password(password_hash, password)
        overtaking, self._overtaking = self._overtaking, None
        if overtaking is not None:
            changes = {"password_hash": self.hash_password(overtaking)}
            with self._database.transaction() as db:
                row = select_user(db, "miguel")
                assert row is not None
                storage.update_user(db, row.id, changes)
        return matches


class TestRegister:
    """POST /users."""

    def test_answers_the_account_without_the_password(self, anonymous: TestClient) -> None:
        response = anonymous.post("/users", json=SUSAN)
        assert response.status_code == 201
        assert response.json() == {
            "user": {"username": "susan", "uri": f"{USERS}/susan", "email": "susan@example.com"}
        }
        assert response.headers["Location"] == f"{USERS}/susan"

    @pytest.mark.parametrize("email", [{}, {"email": None}], ids=["absent", "null"])
    def test_needs_no_email_address(self, anonymous: TestClient, email: dict[str, None]) -> None:
        body = {"username": "susan", "password": SUSAN["password"]} | email
        assert anonymous.post("/users", json=body).json()["user"]["email"] is None

    def test_lets_the_new_user_in_with_an_empty_list(
        self, app: ContractApp, anonymous: TestClient
    ) -> None:
        location = anonymous.post("/users", json=SUSAN).headers["Location"]
        susan = client_of(app, "susan", SUSAN["password"])
        assert susan.get(location).json()["user"]["username"] == "susan"
        assert susan.get("/tasks").json() == {"tasks": []}

    @pytest.mark.usefixtures("miguel")
    def test_refuses_a_username_that_is_taken(self, anonymous: TestClient) -> None:
        response = anonymous.post("/users", json=SUSAN | {"username": "miguel"})
        assert_problem(response, 409)
        assert "taken" in response.json()["detail"]

    def test_changes_nothing_of_the_user_who_has_the_name(
        self, app: ContractApp, anonymous: TestClient, miguel: TestClient
    ) -> None:
        anonymous.post("/users", json=SUSAN | {"username": "miguel"})
        assert miguel.get("/users/miguel").json()["user"]["email"] is None
        assert_problem(client_of(app, "miguel", SUSAN["password"]).get("/tasks"), 401)

    def test_takes_any_username_of_the_rules(
        self, app: ContractApp, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for username in ("a", "7", "susan", "j.doe-1984", "a_b", "a..b", "0-0", "x" * 64):
            with subtests.test(username):
                response = anonymous.post("/users", json=SUSAN | {"username": username})
                assert response.status_code == 201
                user = client_of(app, username, SUSAN["password"])
                assert user.get(response.headers["Location"]).json() == response.json()

    def test_needs_no_credentials_and_does_not_look_at_any(self, app: ContractApp) -> None:
        with client_of(app, "nobody", "wrong password") as stranger:
            assert stranger.post("/users", json=SUSAN).status_code == 201

    def test_is_refused_where_registration_is_closed(self, settings: Settings) -> None:
        with client_of(create_app(replace(settings, registration=False))) as anonymous:
            response = anonymous.post("/users", json=SUSAN)
            assert_problem(response, 403)
            assert "Registration is closed" in response.json()["detail"]
            assert "WWW-Authenticate" not in response.headers

    def test_tells_nobody_who_is_registered_where_registration_is_closed(
        self, settings: Settings, anonymous: TestClient
    ) -> None:
        anonymous.post("/users", json=SUSAN)
        with client_of(create_app(replace(settings, registration=False))) as stranger:
            answers = [
                stranger.post("/users", json=SUSAN | {"username": username}).json()
                for username in ("susan", "nobody")
            ]
        assert answers[0] == answers[1]

    def test_users_cannot_be_listed(self, miguel: TestClient) -> None:
        response = miguel.get("/users")
        assert_problem(response, 405)
        assert response.headers["Allow"] == "OPTIONS, POST"


class TestInvitation:
    """POST /users with an invitation."""

    @pytest.fixture
    def closed(self, settings: Settings) -> Iterator[TestClient]:
        """A client of a service whose registration is closed."""
        app = create_app(replace(settings, registration=False))
        with TestClient(app):
            yield client_of(app)

    @pytest.fixture
    def code(self, database: Database) -> str:
        """The code of an invitation of susan."""
        return invite(database, "susan", timedelta(days=7)).code

    def test_lets_its_owner_register_once(self, closed: TestClient, code: str) -> None:
        body = SUSAN | {"invitation": code}
        response = closed.post("/users", json=body)
        assert response.status_code == 201
        assert response.json()["user"].keys() == {"username", "uri", "email"}
        susan = ("susan", SUSAN["password"])
        assert closed.get("/tasks", auth=susan).json() == {"tasks": []}
        assert closed.delete("/users/susan", auth=susan).status_code == 200
        assert_problem(closed.post("/users", json=body), 403)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda _: {}, id="missing"),
            pytest.param(lambda _: {"invitation": "please"}, id="made up"),
            pytest.param(lambda _: {"invitation": new_code(INVITATION)}, id="another"),
            pytest.param(lambda code: {"invitation": code[:-1]}, id="cut off"),
            pytest.param(lambda code: {"invitation": code, "username": "david"}, id="of another"),
        ],
    )
    def test_that_is_not_good_is_refused_as_if_there_were_none(
        self, closed: TestClient, code: str, change: Callable[[str], dict[str, str]]
    ) -> None:
        response = closed.post("/users", json=SUSAN | change(code))
        assert_problem(response, 403)
        assert response.content == closed.post("/users", json=SUSAN).content
        assert closed.post("/users", json=SUSAN | {"invitation": code}).status_code == 201

    def test_expires(self, closed: TestClient, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
        week_later = times.later(times.now(), timedelta(days=7))
        monkeypatch.setattr(times, "now", lambda: week_later)
        response = closed.post("/users", json=SUSAN | {"invitation": code})
        assert_problem(response, 403)
        assert response.content == closed.post("/users", json=SUSAN).content

    def test_is_replaced_by_a_new_one(
        self, closed: TestClient, database: Database, code: str
    ) -> None:
        renewed = invite(database, "susan", timedelta(days=7)).code
        assert_problem(closed.post("/users", json=SUSAN | {"invitation": code}), 403)
        assert closed.post("/users", json=SUSAN | {"invitation": renewed}).status_code == 201

    def test_is_not_used_up_by_what_is_refused(
        self, closed: TestClient, database: Database, code: str
    ) -> None:
        weak = SUSAN | {"invitation": code, "password": "password1"}
        assert_problem(closed.post("/users", json=weak), 400, "/password")
        with database.transaction() as db:
            taken = storage.insert_user(db, username="susan", email=None, password_hash="")
        assert_problem(closed.post("/users", json=SUSAN | {"invitation": code}), 409)
        with database.transaction() as db:
            storage.delete_user(db, taken.id)
        assert closed.post("/users", json=SUSAN | {"invitation": code}).status_code == 201

    def test_costs_a_stranger_no_hash(
        self, closed: TestClient, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Accounts, "hash_password", lambda *_: pytest.fail("It was hashed."))
        assert_problem(closed.post("/users", json=SUSAN | {"invitation": code[:-1]}), 403)

    def test_of_two_at_once_lets_one_in(
        self, closed: TestClient, database: Database, code: str
    ) -> None:
        def register(password: str) -> int:
            body = SUSAN | {"invitation": code, "password": password}
            return closed.post("/users", json=body).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = sorted(pool.map(register, (PASSWORD, NEW_PASSWORD)))
        assert statuses[0] == 201
        assert statuses[1] in {403, 409, 503}
        with database.snapshot() as db:
            assert select_user(db, "susan") is not None

    def test_is_used_up_where_nobody_needs_one(
        self, anonymous: TestClient, database: Database, code: str
    ) -> None:
        assert anonymous.post("/users", json=SUSAN | {"invitation": code}).status_code == 201
        with database.snapshot() as db:
            assert not has_invitation(db, "susan", code)
        david = SUSAN | {"username": "david", "invitation": "please"}
        assert anonymous.post("/users", json=david).status_code == 201


class TestRegistrationsFromAnAddress:
    """POST /users, again and again."""

    @pytest.fixture
    def few(self, settings: Settings) -> Iterator[ContractApp]:
        app = create_app(replace(settings, address_registrations=Window(3, 86400)))
        with TestClient(app):
            yield app

    def test_are_limited_and_others_have_their_own(self, few: ContractApp) -> None:
        for number, (address, status) in enumerate(
            [("192.0.2.1", 201)] * 3
            + [("192.0.2.1", 429), ("192.0.2.2", 201)]
            + [("2001:db8:7:1::1", 201), ("2001:db8:7:2::1", 201), ("2001:db8:7:3::1", 201)]
            + [("2001:db8:7:4::1", 429), ("2001:db8:8::1", 201)]
        ):
            stranger = client_of(few, address=address)
            response = stranger.post("/users", json=SUSAN | {"username": f"user-{number}"})
            assert response.status_code == status
            if status == 429:
                assert_problem(response, 429)
                told, wait = response.json()["detail"].split(": ")
                example = EXAMPLES["TooManyFromYou"]["value"]
                assert response.json() | {"detail": ""} == example | {"detail": ""}
                assert example["detail"].startswith(f"{told}: ")
                assert wait.startswith("wait for ")
                assert 1 <= int(response.headers["Retry-After"]) <= 86400

    @pytest.mark.parametrize("known_length", [True, False])
    def test_are_small(self, few: ContractApp, known_length: bool) -> None:  # noqa: FBT001 - a parameter of the test
        longest = {
            "username": "s" * 64,
            "password": PASSWORD + "\U0001f95b" * (128 - len(PASSWORD)),
            "email": "s" * 64 + "@" + ("e" * 58 + ".") * 3 + "example.com",
            "invitation": new_code(INVITATION),
        }
        for padding, status in (("", 201), (" " * 4096, 413)):
            content = (json.dumps(longest) + padding).encode()
            response = client_of(few).post(
                "/users",
                content=content if known_length else iter([content]),
                headers={"Content-Type": "application/json"},
            )
            assert response.status_code == status, response.text

    def test_are_counted_though_the_account_is_deleted_at_once(self, few: ContractApp) -> None:
        susan = client_of(few, "susan", SUSAN["password"])
        for status in (201, 201, 201, 429):
            assert client_of(few).post("/users", json=SUSAN).status_code == status
            susan.delete("/users/susan")

    def test_are_counted_though_they_fail(self, few: ContractApp) -> None:
        stranger = client_of(few)
        assert stranger.post("/users", json=SUSAN).status_code == 201
        assert_problem(stranger.post("/users", json=SUSAN), 409)
        weak = {"username": "david", "password": "password1"}
        assert_problem(stranger.post("/users", json=weak), 400, "/password")
        assert_problem(stranger.post("/users", json=weak), 429)

    def test_do_not_keep_an_invitation_from_being_used(
        self, few: ContractApp, database: Database
    ) -> None:
        stranger = client_of(few)
        for number in range(4):
            stranger.post("/users", json=SUSAN | {"username": f"user-{number}"})
        code = invite(database, "susan", timedelta(days=7)).code
        assert stranger.post("/users", json=SUSAN | {"invitation": code}).status_code == 201

    def test_cost_no_hash_if_the_name_is_taken(
        self, anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        anonymous.post("/users", json=SUSAN)
        monkeypatch.setattr(Accounts, "hash_password", lambda *_: pytest.fail("It was hashed."))
        assert_problem(anonymous.post("/users", json=SUSAN), 409)


class TestPasswords:
    """Good passwords; `test_bad_input` has the bad ones."""

    GOOD_PASSWORDS = (
        "8 chars!",
        "the quick brown fox jumps over the lazy dog, " * 2
        + "and the dog sleeps on as if nothing ha",
        "correct horse battery staple",
        "пароль для списка дел",
        "買い物リストの合言葉",
        "🥛🧀🍕🍎🥖🥚🧈🍯",
        " spaces around ",
        "with a : colon : or two",
        "Zoë's Käsebrötchen",
        unicodedata.normalize("NFD", "Zoë's Käsebrötchen"),
    )

    def test_a_good_one_lets_its_owner_in(
        self, app: ContractApp, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for number, password in enumerate(self.GOOD_PASSWORDS):
            with subtests.test(password):
                body = {"username": f"user-{number}", "password": password}
                response = anonymous.post("/users", json=body)
                assert response.status_code == 201
                user = client_of(app, body["username"], password)
                assert user.get(response.headers["Location"]).status_code == 200


class TestCredentials:
    """Basic credentials in UTF-8, however a keyboard composes their characters."""

    def test_a_password_may_be_composed_in_any_way(
        self, app: ContractApp, anonymous: TestClient
    ) -> None:
        composed = unicodedata.normalize("NFC", "Käsebrötchen für Zoë")
        decomposed = unicodedata.normalize("NFD", composed)
        assert composed != decomposed
        for username, password in (("susan", composed), ("david", decomposed)):
            anonymous.post("/users", json={"username": username, "password": password})
            for sent in (composed, decomposed):
                assert client_of(app, username, sent).get("/tasks").status_code == 200

    NEED_THEM = (
        ("GET", "/tasks", None),
        ("POST", "/tasks", {"title": "Sell groceries"}),
        ("GET", "/tasks/1", None),
        ("PUT", "/tasks/1", {"title": "Sell groceries"}),
        ("DELETE", "/tasks/1", None),
        ("GET", "/users/miguel", None),
        ("PUT", "/users/miguel", {"email": "miguel@example.com"}),
        ("DELETE", "/users/miguel", None),
    )

    def test_everything_of_a_user_needs_them(
        self, anonymous: TestClient, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        task = miguel.post("/tasks", json={"title": "Buy groceries"}).json()["task"]
        for method, path, body in self.NEED_THEM:
            with subtests.test(f"{method} {path}"):
                response = anonymous.request(method, path, json=body)
                assert_problem(response, 401)
                assert "WWW-Authenticate" in response.headers
        assert miguel.get("/tasks").json() == {"tasks": [task]}

    def test_a_script_in_a_page_gets_no_challenge(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for method, path, body in self.NEED_THEM:
            with subtests.test(f"{method} {path}"):
                of_a_script = {"X-Requested-With": "XMLHttpRequest"}
                response = anonymous.request(method, path, json=body, headers=of_a_script)
                assert_problem(response, 403, error="Unauthorized access")
                assert response.json() == {"error": "Unauthorized access", "code": "unauthorized"}
                assert "WWW-Authenticate" not in response.headers
                assert "X-Requested-With" in response.headers["Vary"]


class TestGet:
    """GET /users/{username}."""

    def test_answers_ones_own_account(self, miguel: TestClient) -> None:
        response = miguel.get("/users/miguel")
        assert response.status_code == 200
        assert response.json() == {
            "user": {"username": "miguel", "uri": f"{USERS}/miguel", "email": None}
        }


class TestUpdate:
    """PUT /users/{username}."""

    def test_changes_or_removes_the_email_address(self, miguel: TestClient) -> None:
        for email in ("miguel@example.org", "m.i+guel@sub.example.org", None):
            response = miguel.put("/users/miguel", json={"email": email})
            assert response.status_code == 200
            assert response.json()["user"]["email"] == email
            assert miguel.get("/users/miguel").json() == response.json()

    def test_keeps_the_email_address_when_the_password_is_changed(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        miguel.put("/users/miguel", json={"email": "miguel@example.com"})
        body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
        miguel.put("/users/miguel", json=body)
        renewed = client_of(app, "miguel", NEW_PASSWORD)
        assert renewed.get("/users/miguel").json()["user"]["email"] == "miguel@example.com"

    def test_takes_back_what_get_answered(self, miguel: TestClient) -> None:
        miguel.put("/users/miguel", json={"email": "miguel@example.com"})
        user = miguel.get("/users/miguel").json()["user"]
        response = miguel.put(user["uri"], json=user)
        assert (response.status_code, response.json()) == (200, {"user": user})

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({"username": "susan"}, ["/username"]),
            ({"username": "Miguel"}, ["/username"]),
            ({"uri": f"{USERS}/susan"}, ["/uri"]),
            (
                {"username": "susan", "uri": f"{USERS}/susan", "email": "a@example.com"},
                ["/username", "/uri"],
            ),
        ],
        ids=str,
    )
    def test_refuses_read_only_members_that_differ(
        self, miguel: TestClient, body: dict[str, str], places: list[str]
    ) -> None:
        assert_problem(miguel.put("/users/miguel", json=body), 400, *places)
        assert miguel.get("/users/miguel").json()["user"]["email"] is None


class TestChangeOfPassword:
    """PUT /users/{username} with a new password."""

    BODY = {"password": NEW_PASSWORD, "current_password": PASSWORD}  # noqa: RUF012 - never changed

    def test_counts_at_once(self, app: ContractApp, miguel: TestClient) -> None:
        assert miguel.get("/tasks").status_code == 200, "the old one is remembered by now"
        response = miguel.put("/users/miguel", json=self.BODY)
        assert response.status_code == 200
        assert response.json()["user"].keys() == {"username", "uri", "email"}
        assert_problem(miguel.get("/tasks"), 401)
        assert client_of(app, "miguel", NEW_PASSWORD).get("/tasks").status_code == 200

    def test_keeps_the_tasks(self, app: ContractApp, miguel: TestClient) -> None:
        miguel.post("/tasks", json={"title": "Buy groceries"})
        miguel.put("/users/miguel", json=self.BODY)
        renewed = client_of(app, "miguel", NEW_PASSWORD)
        assert [task["id"] for task in renewed.get("/tasks").json()["tasks"]] == [1]

    def test_may_be_undone(self, app: ContractApp, miguel: TestClient) -> None:
        miguel.put("/users/miguel", json=self.BODY)
        renewed = client_of(app, "miguel", NEW_PASSWORD)
        back = {"password": PASSWORD, "current_password": NEW_PASSWORD}
        assert renewed.put("/users/miguel", json=back).status_code == 200
        assert miguel.get("/tasks").status_code == 200
        assert_problem(renewed.get("/tasks"), 401)

    def test_takes_the_current_password_in_any_composition(
        self, app: ContractApp, anonymous: TestClient
    ) -> None:
        composed, decomposed = (unicodedata.normalize(f, "Käsebrötchen") for f in ("NFC", "NFD"))
        anonymous.post("/users", json=SUSAN | {"password": composed})
        susan = client_of(app, "susan", composed)
        body = {"password": NEW_PASSWORD, "current_password": decomposed}
        assert susan.put("/users/susan", json=body).status_code == 200

    @pytest.mark.parametrize(
        "current",
        [
            pytest.param({}, id="missing"),
            pytest.param({"current_password": "wrong horse battery"}, id="wrong"),
            pytest.param({"current_password": NEW_PASSWORD}, id="the new one"),
        ],
    )
    def test_needs_the_current_password(
        self, app: ContractApp, miguel: TestClient, current: dict[str, str | None]
    ) -> None:
        body = {"password": NEW_PASSWORD, "email": "miguel@example.org"} | current
        assert_problem(miguel.put("/users/miguel", json=body), 403, "/current_password")
        assert miguel.get("/users/miguel").json()["user"]["email"] is None
        assert_problem(client_of(app, "miguel", NEW_PASSWORD).get("/tasks"), 401)

    @pytest.mark.parametrize(
        ("stored", "status"),
        [
            pytest.param(NEW_PASSWORD, 403, id="changed"),
            pytest.param(PASSWORD, 200, id="hashed anew"),
        ],
    )
    @pytest.mark.usefixtures("miguel")
    def test_verifies_again_if_another_change_comes_first(
        self, settings: Settings, database: Database, stored: str, status: int
    ) -> None:
        accounts = OvertakenAccounts(database, settings, stored)
        workers = Workers(1)
        body = {"password": "two pugs in a wig", "current_password": PASSWORD}
        with database.snapshot() as db:
            row = select_user(db, "miguel")
        assert row is not None

        def change() -> int:
            user = User(row.id, row.username, row.list_id)
            try:
                update_user(
                    "miguel",
                    body,
                    user,
                    database,
                    accounts,
                    settings,
                    lambda *_, **__: "/miguel",
                    Caller("127.0.0.1", "1"),
                )
            except Problem as problem:
                return int(problem.status)
            return 200

        assert asyncio.run(workers.run(database.retrying, change)) == status
        workers.close()
        accounts.close()

    def test_counts_a_wrong_current_password_like_a_failed_login(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        wrong = self.BODY | {"current_password": "wrong horse battery"}
        statuses = [miguel.put("/users/miguel", json=wrong).status_code for _ in range(6)]
        assert statuses == [403] * 5 + [429]
        assert_problem(client_of(app, "miguel", "a guess").get("/tasks"), 429)
        assert miguel.put("/users/miguel", json=self.BODY).status_code == 200

    def test_happens_twenty_times_an_hour_at_most(self, miguel: TestClient) -> None:
        weak = self.BODY | {"password": "password1"}
        for _ in range(20):
            assert_problem(miguel.put("/users/miguel", json=weak), 400, "/password")
        refused = miguel.put("/users/miguel", json=self.BODY)
        assert_problem(refused, 429)
        assert refused.json()["detail"].startswith("Too many changes of your password: wait for ")
        assert 1 <= int(refused.headers["Retry-After"]) <= 3600
        assert miguel.put("/users/miguel", json={"email": None}).status_code == 200

    def test_leaves_other_users_alone(self, miguel: TestClient, susan: TestClient) -> None:
        miguel.put("/users/miguel", json=self.BODY)
        assert susan.get("/tasks").status_code == 200


class TestDelete:
    """DELETE /users/{username}."""

    def test_says_that_it_is_done_and_is(self, miguel: TestClient) -> None:
        miguel.post("/tasks", json={"title": "Buy groceries"})
        response = miguel.delete("/users/miguel")
        assert (response.status_code, response.json()) == (200, {"result": True})
        for path in ("/users/miguel", "/tasks", "/tasks/1"):
            assert_problem(miguel.get(path), 401)
        assert_problem(miguel.delete("/users/miguel"), 401)

    def test_leaves_the_name_to_somebody_new_with_an_empty_list(
        self, app: ContractApp, anonymous: TestClient, miguel: TestClient
    ) -> None:
        for title in ("Buy groceries", "Learn Python"):
            miguel.post("/tasks", json={"title": title})
        before = {task["id"] for task in miguel.get("/tasks").json()["tasks"]}
        miguel.put("/users/miguel", json={"email": "miguel@example.com"})
        miguel.delete("/users/miguel")

        newcomer = {"username": "miguel", "password": "another man of that name"}
        assert anonymous.post("/users", json=newcomer).json()["user"]["email"] is None
        another = client_of(app, "miguel", newcomer["password"])
        assert another.get("/tasks").json() == {"tasks": []}
        hello = another.post("/tasks", json={"title": "Say hello"}).json()["task"]
        assert hello["id"] not in before
        assert_problem(miguel.get("/tasks"), 401)

    def test_leaves_other_users_alone(self, miguel: TestClient, susan: TestClient) -> None:
        susan.post("/tasks", json={"title": "Sell a car"})
        miguel.delete("/users/miguel")
        assert susan.get("/users/susan").status_code == 200
        assert [task["title"] for task in susan.get("/tasks").json()["tasks"]] == ["Sell a car"]
