"""Sharing: who comes to have a part in a list, what becomes of it, and how it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of, registered
from tests.support.contract import DOCUMENT, EXAMPLES
from tests.support.copies import Copy, read_list
from tests.support.members import invite, join, new_list, shared_list
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.contract import ContractApp, Problem, Reply, Stream
from todo_api.formats import Uids
from todo_api.identity import User
from todo_api.operations.sharing import DAYS
from todo_api.operations.transfer import PAGE, export_tasks
from todo_api.settings import Settings
from todo_api.storage import Database, UserGoneError, select_user
from todo_api.sweeping import Sweeper

MADE_UP = "todolist_" + "x" * 39
LINES = {"Content-Type": "application/jsonl"}
PEOPLE = ("miguel", "susan", "david")
SCHEMAS = DOCUMENT["components"]["schemas"]


def redeem(client: TestClient, code: str) -> Any:  # noqa: ANN401 - a response
    """Send the code of an invitation."""
    return client.post("/invitations/redeem", json={"code": code})


def look(client: TestClient, code: str) -> Any:  # noqa: ANN401 - a response
    """Ask what the code of an invitation leads to."""
    return client.post("/invitations/look", json={"code": code})


def members(client: TestClient, list_id: int) -> dict[str, str]:
    """Return the roles of a list's members, in order."""
    answer = client.get(f"/lists/{list_id}/members")
    assert answer.status_code == 200, answer.text
    return {member["username"]: member["role"] for member in answer.json()["members"]}


def set_role(client: TestClient, list_id: int, username: str, role: str) -> Any:  # noqa: ANN401
    """Change the role of a member."""
    return client.put(f"/lists/{list_id}/members/{username}", json={"role": role})


def remove(client: TestClient, list_id: int, username: str) -> Any:  # noqa: ANN401 - a response
    """Remove a member."""
    return client.delete(f"/lists/{list_id}/members/{username}")


def add(client: TestClient, list_id: int, title: str = "Cook") -> dict[str, Any]:
    """Return a new task of a list."""
    answer = client.post("/tasks", json={"title": title, "list_id": list_id})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()["task"]
    return task


def ids_of_lists(client: TestClient) -> list[int]:
    """Return the ids of all lists that a user sees."""
    return [one["id"] for one in client.get("/lists").json()["lists"]]


class TestInvitation:
    """What `POST /lists/{list_id}/invitations` makes, and what comes of it."""

    def test_is_shown_with_its_code_only_once(self, miguel: TestClient) -> None:
        kitchen = new_list(miguel)["id"]
        answer = miguel.post(f"/lists/{kitchen}/invitations", json={"role": "viewer"})
        assert answer.status_code == 201
        invitation = answer.json()["invitation"]
        assert list(invitation) == ["id", "uri", "role", "created_at", "expires_at", "code"]
        assert answer.headers["Location"] == invitation["uri"]
        assert answer.headers["Cache-Control"] == "no-store"
        code = invitation.pop("code")
        listed = miguel.get(f"/lists/{kitchen}/invitations")
        assert listed.json() == {"invitations": [invitation]}
        assert code not in listed.text

    def test_is_stored_without_its_code(self, miguel: TestClient, database: Database) -> None:
        code = invite(miguel, new_list(miguel)["id"])["code"]
        with database.snapshot() as db:
            stored = db.all(text("SELECT * FROM list_invitations"))
        assert len(stored) == 1
        assert code not in str(stored)
        assert code.removeprefix("todolist_") not in str(stored)

    @pytest.mark.parametrize(
        ("given", "days"),
        [({"expires_in_days": 1}, 1), ({"expires_in_days": 30}, 30), ({}, DAYS)],
    )
    def test_expires_after_some_days(
        self,
        miguel: TestClient,
        susan: TestClient,
        monkeypatch: pytest.MonkeyPatch,
        given: dict[str, int],
        days: int,
    ) -> None:
        kitchen = new_list(miguel)["id"]
        invitation = invite(miguel, kitchen, "editor", **given)
        end = times.later(invitation["created_at"], timedelta(days=days, seconds=60))
        monkeypatch.setattr(times, "now", lambda: end)
        assert_problem(redeem(susan, invitation["code"]), 404)
        assert miguel.get(f"/lists/{kitchen}/invitations").json() == {"invitations": []}

    def test_has_the_default_of_the_document(self) -> None:
        assert SCHEMAS["InvitationDays"]["default"] == DAYS

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"role": "owner"}, "/role"),
            ({}, "/role"),
            ({"role": "editor", "expires_in_days": 0}, "/expires_in_days"),
            ({"role": "editor", "expires_in_days": 31}, "/expires_in_days"),
            ({"role": "editor", "username": "susan"}, "/username"),
        ],
    )
    def test_is_refused_if_it_is_none(
        self, miguel: TestClient, body: dict[str, Any], place: str
    ) -> None:
        answer = miguel.post(f"/lists/{new_list(miguel)['id']}/invitations", json=body)
        assert_problem(answer, 400, place)

    def test_makes_whoever_has_the_code_a_member(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        made = new_list(miguel)
        task = add(miguel, made["id"])
        answer = redeem(susan, invite(miguel, made["id"], "viewer")["code"])
        assert answer.status_code == 200
        told = answer.json()["list"]
        assert (told["id"], told["role"], told["is_own"]) == (made["id"], "viewer", False)
        assert answer.headers["ETag"] == susan.get(told["uri"]).headers["ETag"]
        assert susan.get(told["uri"]).json()["list"] == told
        assert told in susan.get("/lists").json()["lists"]
        assert susan.get(task["uri"]).json() == {"task": task}
        assert susan.get("/tasks").json()["tasks"] == [task]

    def test_is_good_for_one_who_may_send_it_again(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = new_list(miguel)["id"]
        code = invite(miguel, kitchen)["code"]
        first = redeem(susan, code)
        assert redeem(susan, code).json() == first.json()
        assert_problem(redeem(david, code), 404)
        assert members(miguel, kitchen) == {"miguel": "owner", "susan": "editor"}
        assert miguel.get(f"/lists/{kitchen}/invitations").json() == {"invitations": []}

    def test_is_not_used_up_by_a_member(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        code = invite(miguel, kitchen, "editor")["code"]
        for member, role in ((susan, "viewer"), (miguel, "owner")):
            assert redeem(member, code).json()["list"]["role"] == role
        assert redeem(david, code).json()["list"]["role"] == "editor"

    def test_is_answered_alike_whatever_is_wrong_with_it(
        self,
        miguel: TestClient,
        susan: TestClient,
        david: TestClient,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        kitchen = new_list(miguel)["id"]
        used, withdrawn, removed = (invite(miguel, kitchen) for _ in range(3))
        redeem(david, used["code"])
        assert miguel.delete(withdrawn["uri"]).json() == {"result": True}
        redeem(susan, removed["code"])
        remove(miguel, kitchen, "susan")
        other = new_list(miguel)
        of_deleted = invite(miguel, other["id"])
        miguel.delete(other["uri"])
        expired = invite(miguel, kitchen, expires_in_days=1)
        monkeypatch.setattr(times, "now", lambda: times.later(expired["expires_at"], timedelta(1)))
        codes = [used, withdrawn, removed, of_deleted, expired]
        tried = [*(invitation["code"] for invitation in codes), MADE_UP, "todolist_", "x"]
        for answer in [send(susan, code) for code in tried for send in (look, redeem)]:
            assert answer.status_code == 404
            assert answer.json() == EXAMPLES["NobodyInvited"]["value"]

    def test_is_withdrawn_once(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = new_list(miguel)["id"]
        invitation = invite(miguel, kitchen)
        assert miguel.delete(invitation["uri"]).status_code == 200
        assert_problem(miguel.delete(invitation["uri"]), 404)
        used = invite(miguel, kitchen)
        redeem(susan, used["code"])
        assert_problem(miguel.delete(used["uri"]), 404)
        assert "susan" in members(miguel, kitchen)

    def test_is_of_one_list(self, miguel: TestClient) -> None:
        kitchen, garden = (new_list(miguel)["id"] for _ in range(2))
        invitation = invite(miguel, kitchen)
        assert miguel.get(f"/lists/{garden}/invitations").json() == {"invitations": []}
        path = f"/lists/{garden}/invitations/{invitation['id']}"
        assert_problem(miguel.delete(path), 404)

    def test_to_ones_own_list_is_like_any_other(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        [own] = ids_of_lists(miguel)
        join(miguel, own, susan)
        task = add(susan, own)
        assert miguel.get(task["uri"]).status_code == 200
        assert [one["is_own"] for one in susan.get("/lists").json()["lists"]] == [True, False]

    def test_is_swept_when_it_has_expired(
        self, miguel: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kitchen = new_list(miguel)["id"]
        invite(miguel, kitchen, expires_in_days=1)
        invite(miguel, kitchen, expires_in_days=9)
        later = times.later(times.now(), timedelta(days=2))
        monkeypatch.setattr(times, "now", lambda: later)
        sweeper = Sweeper(
            database, answers_kept=timedelta(days=99), deletions_kept=timedelta(days=99)
        )
        assert sweeper.sweep()["invitations to lists"] == 1
        with database.snapshot() as db:
            assert db.scalar(text("SELECT count(*) FROM list_invitations")) == 1


class TestLooking:
    """`POST /invitations/look`: what a code leads to, before it is redeemed."""

    def test_tells_whose_list_it_is_and_what_one_may_do_there(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        made = new_list(miguel, "The pantry")
        invitation = invite(miguel, made["id"], "viewer", expires_in_days=3)
        answer = look(susan, invitation["code"])
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json() == {
            "invitation": {
                "list_id": made["id"],
                "list_name": "The pantry",
                "owner": "miguel",
                "role": "viewer",
                "expires_at": invitation["expires_at"],
                "is_member": False,
            }
        }

    def test_changes_nothing_and_uses_nothing_up(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        made = new_list(miguel)
        code = invite(miguel, made["id"])["code"]
        before = [miguel.get(f"{made['uri']}{path}").json() for path in ("", "/invitations")]
        for client in (susan, david, susan):
            assert look(client, code).status_code == 200
        after = [miguel.get(f"{made['uri']}{path}").json() for path in ("", "/invitations")]
        assert after == before
        assert_problem(susan.get(made["uri"]), 404)
        assert members(miguel, made["id"]) == {"miguel": "owner"}
        assert redeem(david, code).status_code == 200

    def test_knows_who_is_a_member_already(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        code = invite(miguel, kitchen, "editor")["code"]
        for client, is_member in ((susan, True), (miguel, True), (david, False)):
            told = look(client, code).json()["invitation"]
            assert (told["is_member"], told["role"]) == (is_member, "editor")

    def test_answers_whoever_has_used_the_code_for_as_long_as_they_stay(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = new_list(miguel)["id"]
        code = invite(miguel, kitchen)["code"]
        redeem(susan, code)
        for client in (susan, miguel):  # the owner is a member as well
            assert look(client, code).json()["invitation"]["is_member"] is True
            assert redeem(client, code).status_code == 200
        assert_problem(look(david, code), 404)
        remove(susan, kitchen, "susan")
        assert_problem(look(susan, code), 404)

    def test_names_whoever_the_list_belongs_to_by_now(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        code = invite(miguel, kitchen)["code"]
        assert set_role(miguel, kitchen, "susan", "owner").status_code == 200
        assert look(david, code).json()["invitation"]["owner"] == "susan"

    def test_is_open_to_programs_that_only_read(
        self, app: ContractApp, miguel: TestClient, susan: TestClient
    ) -> None:
        code = invite(miguel, new_list(miguel)["id"])["code"]
        asked = {"name": "Program", "scope": "read"}
        secret = susan.post("/tokens", json=asked).json()["token"]["secret"]
        with client_of(app) as program:
            program.headers["Authorization"] = f"Bearer {secret}"
            assert look(program, code).status_code == 200
            assert_problem(redeem(program, code), 403)


class TestMembers:
    """`/lists/{list_id}/members`."""

    def test_are_seen_by_each_of_them(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        assert_problem(david.get(f"/lists/{kitchen}/members"), 404)
        join(miguel, kitchen, david)
        told = miguel.get(f"/lists/{kitchen}/members").json()["members"]
        assert [list(one) for one in told] == [["username", "uri", "role", "joined_at"]] * 3
        assert members(miguel, kitchen) == {
            "miguel": "owner",
            "susan": "viewer",
            "david": "editor",
        }
        for member in (susan, david):
            assert member.get(f"/lists/{kitchen}/members").json()["members"] == told

    def test_have_the_role_that_the_owner_gives_them(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        assert_problem(susan.post("/tasks", json={"title": "x", "list_id": kitchen}), 403)
        answer = set_role(miguel, kitchen, "susan", "editor")
        assert answer.status_code == 200
        assert answer.json()["member"]["role"] == "editor"
        add(susan, kitchen)
        assert set_role(miguel, kitchen, "susan", "viewer").status_code == 200
        assert_problem(susan.post("/tasks", json={"title": "x", "list_id": kitchen}), 403)

    def test_can_be_sent_back_as_they_were_read(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        tag = miguel.get(f"/lists/{kitchen}").headers["ETag"]
        for member in miguel.get(f"/lists/{kitchen}/members").json()["members"]:
            assert miguel.put(member["uri"], json=member).json() == {"member": member}
            other = {**member, "joined_at": "2001-01-01T00:00:00Z"}
            assert_problem(miguel.put(member["uri"], json=other), 400, "/joined_at")
        assert miguel.get(f"/lists/{kitchen}").headers["ETag"] == tag

    def test_change_the_version_of_the_list(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = new_list(miguel)["id"]
        tags = [miguel.get("/lists").headers["ETag"]]
        for act in (
            lambda: join(miguel, kitchen, susan),
            lambda: set_role(miguel, kitchen, "susan", "viewer"),
            lambda: remove(miguel, kitchen, "susan"),
        ):
            act()
            tags.append(miguel.get("/lists").headers["ETag"])
        assert len({*tags}) == 4

    def test_who_are_none_are_not_found(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = new_list(miguel)["id"]
        assert susan.get("/lists").status_code == 200
        for username in ("susan", "nobody"):
            assert_problem(set_role(miguel, kitchen, username, "editor"), 404)
            assert_problem(set_role(miguel, kitchen, username, "owner"), 404)
            assert_problem(remove(miguel, kitchen, username), 404)

    def test_can_leave_and_the_owner_stays(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = shared_list(miguel, susan)
        assert_problem(remove(miguel, kitchen, "miguel"), 403)
        assert_problem(set_role(miguel, kitchen, "miguel", "editor"), 403)
        assert remove(susan, kitchen, "susan").json() == {"result": True}
        assert_problem(remove(susan, kitchen, "susan"), 404)
        assert members(miguel, kitchen) == {"miguel": "owner"}
        [own] = ids_of_lists(susan)
        answer = remove(susan, own, "susan")
        assert answer.json()["code"] == "own_list"


class TestHandingOver:
    """The role `owner`, which one member has at a time."""

    def test_exchanges_the_roles(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        joined = [one["joined_at"] for one in _told(miguel, kitchen)]
        assert set_role(miguel, kitchen, "susan", "owner").json()["member"]["role"] == "owner"
        assert members(miguel, kitchen) == {"susan": "owner", "miguel": "editor"}
        assert [one["joined_at"] for one in _told(miguel, kitchen)] == joined[::-1]
        assert_problem(miguel.put(f"/lists/{kitchen}", json={"name": "Mine"}), 403)
        assert susan.put(f"/lists/{kitchen}", json={"name": "Mine"}).status_code == 200
        add(miguel, kitchen)
        assert set_role(susan, kitchen, "miguel", "owner").status_code == 200
        assert [one["joined_at"] for one in _told(miguel, kitchen)] == joined

    def test_is_not_for_ones_own_list(self, miguel: TestClient, susan: TestClient) -> None:
        [own] = ids_of_lists(miguel)
        join(miguel, own, susan)
        answer = set_role(miguel, own, "susan", "owner")
        assert (answer.status_code, answer.json()["code"]) == (403, "own_list")
        assert set_role(miguel, own, "miguel", "owner").status_code == 200
        assert members(miguel, own) == {"miguel": "owner", "susan": "editor"}

    @pytest.mark.parametrize(
        ("quota", "example"),
        [
            ({"max_tasks": 3}, "NewOwnerHasTooManyTasks"),
            ({"max_text_bytes": 55}, "NewOwnerHasTooMuchText"),
            ({"max_lists": 1}, "NewOwnerHasTooManyLists"),
        ],
    )
    @pytest.mark.usefixtures("susan", "miguel")
    def test_needs_room_for_what_is_in_the_list(
        self, settings: Settings, quota: dict[str, Any], example: str
    ) -> None:
        usual = create_app(settings)
        owner, other = (client_of(usual, name, PASSWORD) for name in PEOPLE[:2])
        kitchen = shared_list(owner, other)
        for title in ("Cook dinner", "Bake bread"):
            add(owner, kitchen, title)
        for title in ("Write a letter", "Write another one"):
            assert other.post("/tasks", json={"title": title}).is_success
        owner = client_of(create_app(replace(settings, **quota)), "miguel", PASSWORD)
        answer = set_role(owner, kitchen, "susan", "owner")
        shown = EXAMPLES[example]["value"]
        assert (answer.status_code, answer.json()["code"]) == (403, shown["code"])
        assert _words(answer.json()["detail"]) == _words(shown["detail"])
        assert members(owner, kitchen) == {"miguel": "owner", "susan": "editor"}


def _told(client: TestClient, list_id: int) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = client.get(f"/lists/{list_id}/members").json()["members"]
    return told


def _words(sentence: str) -> list[str]:
    return [word for word in sentence.split() if not word.replace(",", "").isdigit()]


class TestLimits:
    """How many members, invitations and shared lists there may be."""

    @pytest.mark.usefixtures("miguel", "susan", "david")
    def test_are_met_and_told(self, settings: Settings) -> None:
        limited = create_app(
            replace(settings, max_members=2, max_invitations=2, max_shared_lists=1)
        )
        miguel, susan, david = (client_of(limited, name, PASSWORD) for name in PEOPLE)
        kitchen = shared_list(miguel, susan)
        code = invite(miguel, kitchen)["code"]
        answer = redeem(david, code)
        assert (answer.status_code, answer.json()["code"]) == (403, "too_many_members")
        assert _words(answer.json()["detail"]) == _words(
            EXAMPLES["TooManyMembers"]["value"]["detail"]
        )
        invite(miguel, kitchen)
        full = miguel.post(f"/lists/{kitchen}/invitations", json={"role": "viewer"})
        assert (full.status_code, full.json()["code"]) == (403, "too_many_invitations")
        remove(miguel, kitchen, "susan")
        assert redeem(david, code).status_code == 200
        garden = new_list(miguel)["id"]
        another = invite(miguel, garden)["code"]
        answer = redeem(david, another)
        assert (answer.status_code, answer.json()["code"]) == (403, "too_many_shared_lists")
        shown = EXAMPLES["TooManySharedLists"]["value"]["detail"]
        assert _words(answer.json()["detail"]) == _words(shown)
        assert members(miguel, garden) == {"miguel": "owner"}
        assert remove(david, kitchen, "david").status_code == 200
        assert redeem(david, another).status_code == 200

    @pytest.mark.usefixtures("miguel", "susan")
    def test_hold_for_whoever_hands_a_list_over(self, settings: Settings) -> None:
        limited = create_app(replace(settings, max_shared_lists=1))
        miguel, susan = (client_of(limited, name, PASSWORD) for name in PEOPLE[:2])
        kitchen, garden = new_list(miguel)["id"], new_list(susan)["id"]
        join(miguel, kitchen, susan)
        join(susan, garden, miguel)
        answer = set_role(miguel, kitchen, "susan", "owner")
        assert (answer.status_code, answer.json()["code"]) == (403, "too_many_shared_lists")
        assert members(miguel, kitchen) == {"miguel": "owner", "susan": "editor"}

    @pytest.mark.usefixtures("miguel", "susan")
    def test_on_tasks_are_those_of_the_owner(self, settings: Settings) -> None:
        limited = create_app(replace(settings, max_tasks=2))
        miguel, susan = (client_of(limited, name, PASSWORD) for name in PEOPLE[:2])
        kitchen = shared_list(miguel, susan)
        for number in range(2):
            assert susan.post("/tasks", json={"title": f"Mine {number}"}).is_success
            add(susan, kitchen)
        answer = susan.post("/tasks", json={"title": "More", "list_id": kitchen})
        assert (answer.status_code, answer.json()["code"]) == (403, "too_many_tasks")
        assert_problem(miguel.post("/tasks", json={"title": "More"}), 403)

    def test_are_told_by_the_document(self) -> None:
        [told] = [tag["description"] for tag in DOCUMENT["tags"] if tag["name"] == "sharing"]
        chosen = Settings()
        assert f"{chosen.max_members} members and {chosen.max_invitations}\n" in told
        assert f"a member of {chosen.max_shared_lists} lists of others" in told

    def test_leave_room_in_a_token_for_all_lists_that_one_can_have(
        self, miguel: TestClient, database: Database
    ) -> None:
        with database.transaction() as db:
            user = db.scalar(text("SELECT id FROM users"))
            for number in range(1, 200):
                db.execute(
                    text(
                        "INSERT INTO lists (id, owner_id, last_task_id, last_change)"
                        " VALUES (:id, :user, 0, :version)"
                    ),
                    {"id": 134_217_728 - number, "user": user, "version": 9 * 10**12},
                )
        token = miguel.get("/tasks/changes").json()["next"]
        assert 6000 < len(token) <= SCHEMAS["ChangesToken"]["maxLength"]
        assert miguel.get("/tasks/changes", params={"since": token, "limit": 100}).is_success
        assert len(ids_of_lists(miguel)) == 200


class TestLosing:
    """Whoever has lost a list is answered like a stranger, from the next request on."""

    @pytest.fixture
    def elsewhere(self, settings: Settings, susan: TestClient) -> TestClient:
        """A client of the same member in another process, so to speak."""
        assert susan.get("/tasks").is_success
        client = client_of(create_app(settings), "susan", PASSWORD)
        assert client.get("/tasks").is_success
        return client

    @pytest.mark.parametrize("way", ["removed", "left", "deleted", "owner gone"])
    def test_takes_all_ways_to_it(
        self, miguel: TestClient, susan: TestClient, elsewhere: TestClient, way: str
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task, thrown_away = add(miguel, kitchen), add(susan, kitchen)
        assert susan.delete(thrown_away["uri"]).is_success
        tag = susan.get(task["uri"]).headers["ETag"]
        for number in range(3):
            add(miguel, kitchen, f"Cook {number}")
        cursor = susan.get("/tasks", params={"limit": 1}).json()["next_cursor"]
        copy = Copy(susan, limit=1)
        copy.catch_up()
        requests = _with_keys(kitchen, task["id"], thrown_away["id"])
        firsts = [elsewhere.request(*asked, **given) for asked, given in requests]
        assert [first.is_success for first in firsts] == [True] * len(requests)
        tasks_before = len(read_list(miguel))
        match way:
            case "removed":
                assert remove(miguel, kitchen, "susan").is_success
            case "left":
                assert remove(susan, kitchen, "susan").is_success
            case "deleted":
                assert miguel.delete(f"/lists/{kitchen}").is_success
            case _:
                # He has shared it with nobody else who could inherit it.
                assert set_role(miguel, kitchen, "susan", "viewer").is_success
                assert miguel.delete("/users/miguel").is_success
        for client in (susan, elsewhere):
            assert_problem(client.get(task["uri"]), 404)
            assert_problem(client.get(task["uri"], headers={"If-None-Match": tag}), 404)
            assert_problem(client.put(task["uri"], json={"done": True}), 404)
            assert_problem(client.get(f"/lists/{kitchen}"), 404)
            assert_problem(client.get(f"/lists/{kitchen}/members"), 404)
            assert client.get("/tasks", params={"cursor": cursor}).json() == {"tasks": []}
            assert client.get("/tasks").json() == {"tasks": []}
            assert client.get("/trash").json() == {"tasks": []}
            assert client.get("/labels").json() == {"labels": []}
            assert client.get("/tasks/export").text == ""
            page = client.get("/tasks/changes", params=copy.query).json()
            assert page["gone_lists"] == [kitchen]
            assert page["changes"] == []
        assert copy.catch_up() == {}
        # A key does not help: each is answered as if somebody asked who never had the list.
        stranger = _with_keys(kitchen, task["id"], thrown_away["id"], key="stranger")
        for (asked, given), (_, anew) in zip(requests, stranger, strict=True):
            again = elsewhere.request(*asked, **given)
            assert "Idempotency-Replayed" not in again.headers, asked
            never = elsewhere.request(*asked, **anew)
            assert (again.status_code, again.json()) == (never.status_code, never.json())
        if way in {"removed", "left"}:
            assert len(read_list(miguel)) == tasks_before

    def test_breaks_off_an_export_that_is_under_way(
        self, database: Database, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan, "viewer")
        chunks = _export_under_way(database, miguel, susan, kitchen)
        assert remove(miguel, kitchen, "susan").is_success
        # Nothing more is read, and nobody takes a part for the whole.
        with pytest.raises(Problem):
            next(chunks)

    def test_leaves_what_has_not_begun_out_of_an_export(
        self, database: Database, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen, garden = sorted(shared_list(miguel, susan, "viewer") for _ in range(2))
        add(miguel, garden)
        chunks = _export_under_way(database, miguel, susan, kitchen, garden)
        assert remove(miguel, garden, "susan").is_success
        assert b"".join(chunks).count(b"\n") == 1

    def test_breaks_off_an_export_that_is_between_two_lists_of_one_who_is_no_more(
        self, database: Database, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen, garden = sorted(shared_list(miguel, susan, "viewer") for _ in range(2))
        add(miguel, garden)
        chunks = _export_under_way(database, miguel, susan, kitchen, garden)
        assert next(chunks).count(b"\n") == 1
        assert susan.delete("/users/susan").is_success
        with pytest.raises(UserGoneError):
            next(chunks)

    def test_of_a_role_takes_what_it_allowed(
        self, miguel: TestClient, susan: TestClient, elsewhere: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task, thrown_away = add(miguel, kitchen), add(susan, kitchen)
        assert susan.delete(thrown_away["uri"]).is_success
        requests = _with_keys(kitchen, task["id"], thrown_away["id"])
        assert all(elsewhere.request(*asked, **given).is_success for asked, given in requests)
        assert set_role(miguel, kitchen, "susan", "viewer").is_success
        for asked, given in requests:
            again = elsewhere.request(*asked, **given)
            assert (again.status_code, again.json()["code"]) == (403, "role_too_low"), asked
        assert elsewhere.get(task["uri"]).is_success


def _export_under_way(
    database: Database, owner: TestClient, susan: TestClient, full: int, *others: int
) -> Iterator[bytes]:
    """Fill a list, begin to export it as its member susan, and return what is still to come."""
    lines = "".join(f'{{"title": "Task {number}"}}\n' for number in range(PAGE + 1))
    assert owner.post(f"/tasks/import?list_id={full}", content=lines, headers=LINES).is_success
    assert susan.post("/tasks", json={"title": "Mine"}).is_success
    with database.snapshot() as db:
        row = select_user(db, "susan")
    assert row is not None
    user = User(row.id, row.username, row.list_id)
    uids = Uids(lambda: b"key")
    lists = [full, *others]
    answer = export_tasks(
        LINES["Content-Type"], None, None, lists, user, database, uids, lambda *_, **__: "x"
    )
    assert isinstance(answer, Reply)
    assert isinstance(answer.body, Stream)
    first = next(answer.body.chunks)
    assert first.count(b"\n") == PAGE
    return answer.body.chunks


def _with_keys(
    list_id: int, task_id: int, in_trash: int, key: str = "key"
) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """Return a request to each operation that takes an `Idempotency-Key`, about a list."""
    names = {"name": "home", "new_name": "house"}
    update: dict[str, Any] = {"id": task_id, "done": True}
    requests: list[tuple[tuple[str, str], dict[str, Any]]] = [
        (("POST", "/tasks"), {"json": {"title": "More", "list_id": list_id}}),
        (("POST", "/tasks/batch"), {"json": {"operations": [{"update": update}]}}),
        (
            ("POST", "/tasks/batch"),
            {"json": {"operations": [{"create": {"title": "x", "list_id": list_id}}]}},
        ),
        (
            ("POST", f"/tasks/import?list_id={list_id}"),
            {"content": '{"title": "x"}\n', "headers": LINES},
        ),
        (("POST", f"/trash/{in_trash}/restore"), {}),
        (("POST", f"/labels/rename?list_id={list_id}"), {"json": names}),
    ]
    for number, (_, given) in enumerate(requests):
        given["headers"] = {**given.get("headers", {}), "Idempotency-Key": f"{key}-{number}"}
    return requests


class TestFeed:
    """`GET /tasks/changes` of somebody who comes to have lists, and loses them."""

    def test_tells_a_list_that_is_new_and_one_that_is_gone(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        own = susan.post("/tasks", json={"title": "Mine"}).json()["task"]
        copy = Copy(susan, limit=2)
        assert copy.catch_up() == {own["id"]: own}
        kitchen = new_list(miguel)["id"]
        tasks = [add(miguel, kitchen, f"Cook {number}") for number in range(3)]
        assert copy.catch_up() == {own["id"]: own}
        join(miguel, kitchen, susan, "viewer")
        assert copy.catch_up() == {task["id"]: task for task in (own, *tasks)}
        assert miguel.delete(tasks[0]["uri"]).is_success
        assert copy.catch_up() == {task["id"]: task for task in (own, *tasks[1:])}
        remove(miguel, kitchen, "susan")
        assert copy.catch_up() == {own["id"]: own}
        add(miguel, kitchen, "Nobody else sees this")
        join(miguel, kitchen, susan)
        assert copy.catch_up() == read_list(susan)
        assert len(copy.tasks) == 4

    def test_tells_each_member_what_the_others_do(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        copies = [Copy(client) for client in (miguel, susan)]
        for client in (miguel, susan, miguel):
            task = add(client, kitchen)
            assert client.put(task["uri"], json={"done": True}).is_success
            assert [copy.catch_up() for copy in copies] == [read_list(miguel)] * 2


class TestDeletedAccount:
    """What becomes of lists when somebody deletes the account."""

    def test_of_an_owner_leaves_lists_to_the_eldest_editor(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = new_list(miguel)["id"]
        join(miguel, kitchen, david, "viewer")
        join(miguel, kitchen, susan)
        eve = new_list(miguel, "Only read")["id"]
        join(miguel, eve, david, "viewer")
        [own] = [one["id"] for one in miguel.get("/lists").json()["lists"] if one["is_own"]]
        join(miguel, own, susan)
        task = add(miguel, kitchen)
        invitation = invite(miguel, kitchen)
        copy = Copy(david)
        copy.catch_up()
        assert miguel.delete("/users/miguel").is_success
        assert members(david, kitchen) == {"susan": "owner", "david": "viewer"}
        assert susan.get(task["uri"]).json() == {"task": {**task, "created_by": None}}
        assert kitchen in ids_of_lists(susan)
        for client, gone in ((david, eve), (susan, own)):
            assert_problem(client.get(f"/lists/{gone}"), 404)
        # That an account is gone is no change of its tasks.
        assert copy.catch_up() == {task["id"]: task}
        assert read_list(david) == {task["id"]: {**task, "created_by": None}}
        assert susan.delete(invitation["uri"]).is_success
        assert set_role(susan, kitchen, "david", "editor").is_success

    def test_leaves_no_list_to_an_editor_who_is_disabled(
        self, miguel: TestClient, susan: TestClient, david: TestClient, database: Database
    ) -> None:
        kitchen = shared_list(miguel, susan)
        join(miguel, kitchen, david)
        with database.transaction() as db:
            db.execute(text("UPDATE users SET disabled_at = 'now' WHERE username = 'susan'"))
        assert miguel.delete("/users/miguel").is_success
        assert members(david, kitchen) == {"david": "owner", "susan": "editor"}

    def test_of_a_member_ends_the_membership(
        self, miguel: TestClient, susan: TestClient, database: Database
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task = add(susan, kitchen)
        tag = miguel.get("/lists").headers["ETag"]
        assert susan.delete("/users/susan").is_success
        assert members(miguel, kitchen) == {"miguel": "owner"}
        assert miguel.get(task["uri"]).json() == {"task": {**task, "created_by": None}}
        assert miguel.get("/lists").headers["ETag"] != tag
        with database.snapshot() as db:
            assert db.scalar(text("SELECT count(*) FROM list_members")) == 0


class TestPeople:
    """Who made a task, who did it, and whom it is assigned to."""

    def test_are_told_by_name(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        join(miguel, kitchen, david, "viewer")
        task = add(susan, kitchen)
        assert _people(task) == ("susan", None, None)
        done = miguel.put(task["uri"], json={"done": True}).json()["task"]
        assert _people(done) == ("susan", "miguel", None)
        again = susan.put(task["uri"], json={"done": True, "title": "Fry"}).json()["task"]
        assert _people(again) == ("susan", "miguel", None)
        assigned = susan.put(task["uri"], json={"assigned_to": "david"}).json()["task"]
        assert _people(assigned) == ("susan", "miguel", "david")
        for client in (miguel, susan, david):
            assert client.get(task["uri"]).json() == {"task": assigned}
            assert client.get("/tasks").json() == {"tasks": [assigned]}
            assert client.get("/tasks/export?format=json").json() == {"tasks": [assigned]}
            assert client.get("/tasks/changes").json()["changes"][0]["task"] == assigned
        undone = susan.put(task["uri"], json={**assigned, "done": False}).json()["task"]
        assert _people(undone) == ("susan", None, "david")
        assert (
            miguel.put(task["uri"], json=undone).json()["task"].items()
            >= {
                "created_by": "susan",
                "assigned_to": "david",
            }.items()
        )
        assert miguel.delete(task["uri"]).is_success
        assert _people(david.get("/trash").json()["tasks"][0]) == ("susan", None, "david")
        restored = miguel.post(f"/trash/{task['id']}/restore").json()["task"]
        assert _people(restored) == ("susan", None, "david")

    def test_can_be_assigned_from_the_beginning(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        for assignee in ("susan", "miguel", None):
            body = {"title": "Cook", "list_id": kitchen, "assigned_to": assignee, "done": True}
            task = miguel.post("/tasks", json=body).json()["task"]
            assert _people(task) == ("miguel", "miguel", assignee)
        mine = miguel.post("/tasks", json={"title": "Mine", "assigned_to": "miguel"})
        assert _people(mine.json()["task"]) == ("miguel", None, "miguel")

    def test_who_are_no_members_get_nothing_assigned(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task = add(miguel, kitchen)
        assert david.get("/tasks").is_success
        for name in ("david", "nobody"):
            given = {"assigned_to": name}
            body = {"title": "Cook", "list_id": kitchen, **given}
            update = {"update": {"id": task["id"], **given}}
            batch = {"operations": [update, {"create": body}]}
            assert_problem(miguel.post("/tasks", json=body), 400, "/assigned_to")
            assert_problem(miguel.put(task["uri"], json=given), 400, "/assigned_to")
            answer = miguel.post("/tasks/batch", json=batch)
            assert_problem(answer, 400, "/operations/0/update/assigned_to")
            own = {"title": "Mine", **given}
            assert_problem(miguel.post("/tasks", json=own), 400, "/assigned_to")
        assert miguel.get(task["uri"]).json() == {"task": task}

    def test_are_filtered_by(self, miguel: TestClient, susan: TestClient) -> None:
        kitchen = shared_list(miguel, susan)
        for title, assignee in (("a", "susan"), ("b", "miguel"), ("c", None), ("d", "susan")):
            body = {"title": title, "list_id": kitchen, "assigned_to": assignee}
            assert miguel.post("/tasks", json=body).is_success
        assert susan.post("/tasks", json={"title": "e", "assigned_to": "susan"}).is_success
        for client, name, titles in (
            (miguel, "susan", ["a", "d"]),
            (miguel, "miguel", ["b"]),
            (miguel, "nobody", []),
            (susan, "susan", ["a", "d", "e"]),
        ):
            query = {"assigned_to": name, "sort": "title"}
            found = client.get("/tasks", params=query).json()["tasks"]
            assert [task["title"] for task in found] == titles
        assert_problem(miguel.get("/tasks?assigned_to=No!body"), 400, "assigned_to")

    def test_who_have_left_keep_what_is_assigned_to_them(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task = add(susan, kitchen)
        task = miguel.put(task["uri"], json={"assigned_to": "susan"}).json()["task"]
        remove(miguel, kitchen, "susan")
        assert miguel.get(task["uri"]).json() == {"task": task}
        sent_back = miguel.put(task["uri"], json={**task, "title": "Fry"})
        assert _people(sent_back.json()["task"]) == ("susan", None, "susan")
        patched = miguel.patch(task["uri"], json={"assigned_to": None})
        assert _people(patched.json()["task"]) == ("susan", None, None)
        assert_problem(miguel.put(task["uri"], json={"assigned_to": "susan"}), 400, "/assigned_to")

    def test_who_are_deleted_are_nobody(
        self, app: ContractApp, database: Database, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        task = add(susan, kitchen)
        given = {"assigned_to": "susan", "done": True}
        assert susan.put(task["uri"], json=given).is_success
        assert susan.delete("/users/susan").is_success
        registered(app, database, "susan")  # somebody else
        assert _people(miguel.get(task["uri"]).json()["task"]) == (None, None, None)
        assert miguel.get("/tasks?assigned_to=susan").json() == {"tasks": []}

    def test_of_imported_tasks_are_those_who_import_them(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        body = {"title": "Cook", "list_id": kitchen, "assigned_to": "susan", "done": True}
        assert miguel.post("/tasks", json=body).is_success
        for form in ("jsonl", "csv", "json"):
            file = miguel.get(f"/tasks/export?format={form}").content
            answer = susan.post(
                f"/tasks/import?format={form}", content=file, headers={"Content-Type": "text/plain"}
            )
            assert answer.json() == {"imported": 1}, answer.text
        [own, *_] = ids_of_lists(susan)
        imported = susan.get("/tasks", params={"list_id": own}).json()["tasks"]
        assert [_people(task) for task in imported] == [("susan", "susan", None)] * 3


def _people(task: dict[str, Any]) -> tuple[str | None, ...]:
    return task["created_by"], task["completed_by"], task["assigned_to"]
