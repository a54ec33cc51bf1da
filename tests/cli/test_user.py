"""``todo-api user``: accounts, as an administrator sees them."""

import json
import re
import sys
from datetime import timedelta

import httpx2
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.cli.conftest import Command
from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.commands import run_at_terminal, run_within, serving
from todo_api import times
from todo_api.cli import main
from todo_api.identity import hash_of
from todo_api.identity.codes import INVITATION, is_code
from todo_api.storage import (
    Database,
    insert_task,
    insert_tasks,
    insert_user,
    prepare_tasks,
    select_user,
    select_user_summary,
)
from todo_api.storage.removal import PIECE

NEW_PASSWORD = "a boa and a king cobra"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
NAMED = ["add", "password", "disable", "enable", "delete"]

at_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")


def is_stored(database: Database, username: str) -> bool:
    """Tell whether there is a user of this name."""
    with database.snapshot() as db:
        return select_user_summary(db, username) is not None


class TestAdd:
    """``user add``."""

    def test_makes_a_user_who_is_let_in(self, todo_api: Command, database_url: str) -> None:
        added = todo_api(
            *("user", "add", "susan", "--email", "susan@example.com", "--password-stdin"),
            stdin=f"{NEW_PASSWORD}\n".encode(),
        )
        assert added == (0, "The user susan has been added.\n", "")
        with serving(TODO_DATABASE_URL=database_url) as url:
            answer = httpx2.get(f"{url}/users/susan", auth=("susan", NEW_PASSWORD))
            assert answer.json()["user"]["email"] == "susan@example.com"
            wrong = httpx2.get(f"{url}/users/susan", auth=("susan", f"{NEW_PASSWORD}\n"))
            assert wrong.status_code == 401

    def test_compares_a_password_as_the_service_does_however_it_is_composed(
        self, todo_api_within: Command, database_url: str
    ) -> None:
        todo_api_within(
            "user",
            "add",
            "susan",
            "--password-stdin",
            stdin="cre\u0301me bru\u0302le\u0301e".encode(),
        )
        with serving(TODO_DATABASE_URL=database_url) as url:
            composed = ("susan", "cr\xe9me br\xfbl\xe9e")
            assert httpx2.get(f"{url}/tasks", auth=composed).status_code == 200

    def test_answers_a_program_in_json(self, todo_api_within: Command) -> None:
        added = todo_api_within(
            "user", "add", "susan", "--password-stdin", "--json", stdin=NEW_PASSWORD.encode()
        )
        assert json.loads(added.stdout) == {
            "user": {
                "username": "susan",
                "email": None,
                "tasks": 0,
                "last_changed_at": None,
                "disabled_at": None,
            }
        }

    @at_a_terminal
    def test_asks_twice_for_the_password_and_shows_it_never(
        self, database_url: str, database: Database
    ) -> None:
        status, shown = run_at_terminal(
            *("user", "add", "susan"),
            answers=[("^Password: ", NEW_PASSWORD), ("Repeat for confirmation: ", NEW_PASSWORD)],
            TODO_DATABASE_URL=database_url,
        )
        assert (status, shown) == (
            0,
            "Password: \nRepeat for confirmation: \nThe user susan has been added.\n",
        )
        assert is_stored(database, "susan")

    @at_a_terminal
    def test_asks_again_when_the_two_differ(self, database_url: str) -> None:
        status, shown = run_at_terminal(
            *("user", "add", "susan"),
            answers=[
                ("Password: ", NEW_PASSWORD),
                ("Repeat for confirmation: ", NEW_PASSWORD[1:]),
                ("do not match.\\s+Password: ", NEW_PASSWORD),
                ("Repeat for confirmation: ", NEW_PASSWORD),
            ],
            TODO_DATABASE_URL=database_url,
        )
        assert status == 0
        assert NEW_PASSWORD not in shown

    @at_a_terminal
    def test_takes_no_password_by_standard_input_that_a_terminal_would_show(
        self, database_url: str
    ) -> None:
        status, shown = run_at_terminal(
            *("user", "add", "susan", "--password-stdin"),
            answers=[],
            TODO_DATABASE_URL=database_url,
        )
        assert status == 2
        assert "leave --password-stdin out" in shown

    def test_needs_a_terminal_to_ask_at(self, todo_api: Command, database: Database) -> None:
        refused = todo_api("user", "add", "susan", stdin=NEW_PASSWORD.encode())
        assert refused.status == 2
        assert "--password-stdin" in refused.stderr
        assert not is_stored(database, "susan")

    def test_takes_no_password_as_an_argument(
        self, todo_api_within: Command, database: Database
    ) -> None:
        for extra in ([NEW_PASSWORD], ["--password", NEW_PASSWORD]):
            assert todo_api_within("user", "add", "susan", *extra).status == 2
        assert not is_stored(database, "susan")

    @pytest.mark.parametrize(
        ("password", "sentence"),
        [
            (b"cat", "Use at least 8 characters."),
            (b"", "Use at least 8 characters."),
            (b"x" * 129, "Use at most 128 characters."),
            (b"x" * 1_000_000, "Use at most 128 characters."),
            (b"password123", "Choose a password that is harder to guess"),
            (b"susan.susan", "Choose something other than your username."),
            (b"two\nlines of it", "Leave out control characters"),
            (b"\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc", "The password is not text in UTF-8."),
        ],
        ids=[
            *("short", "empty", "long", "endless", "common", "the username"),
            *("two lines", "not text"),
        ],
    )
    def test_holds_a_password_against_the_rules_of_the_service(
        self, todo_api_within: Command, password: bytes, sentence: str, database: Database
    ) -> None:
        refused = todo_api_within("user", "add", "susan.susan", "--password-stdin", stdin=password)
        assert (refused.status, refused.stdout) == (1, "")
        assert re.fullmatch(r"Error: [^\n]+\.\n", refused.stderr)
        assert sentence in refused.stderr
        assert not is_stored(database, "susan.susan")

    @pytest.mark.usefixtures("susan")
    def test_refuses_a_name_that_is_taken(self, todo_api_within: Command) -> None:
        refused = todo_api_within(
            "user", "add", "susan", "--password-stdin", stdin=NEW_PASSWORD.encode()
        )
        assert refused == (1, "", "Error: There is a user susan already.\n")

    @pytest.mark.parametrize("address", ["susan", "@", "a b@example.com", "s" * 250 + "@x.org"])
    def test_refuses_what_is_no_address(
        self, todo_api_within: Command, address: str, database: Database
    ) -> None:
        refused = todo_api_within(
            *("user", "add", "susan", "--email", address, "--password-stdin"),
            stdin=NEW_PASSWORD.encode(),
        )
        assert refused.status == 2
        assert "--email" in refused.stderr
        assert not is_stored(database, "susan")


class TestInvite:
    """``user add --invite``."""

    def test_prints_a_code_by_which_its_owner_registers(
        self, todo_api: Command, database_url: str, database: Database
    ) -> None:
        invited = todo_api("user", "add", "susan", "--invite")
        assert (invited.status, invited.stderr) == (0, "")
        sentence, code = invited.stdout.splitlines()
        assert re.fullmatch(
            rf"Until {TIME}, whoever has this code can register as susan\..+", sentence
        )
        assert not is_stored(database, "susan")
        body = {"username": "susan", "password": NEW_PASSWORD, "invitation": code}
        with serving(TODO_DATABASE_URL=database_url) as url:
            assert httpx2.post(f"{url}/users", json=body).status_code == 201
            assert httpx2.get(f"{url}/tasks", auth=("susan", NEW_PASSWORD)).status_code == 200

    @pytest.mark.parametrize(("options", "days"), [([], 7), (["--days", "1"], 1)])
    def test_lasts_for_some_days(
        self, todo_api_within: Command, options: list[str], days: int
    ) -> None:
        begun = times.now()
        invited = todo_api_within("user", "add", "susan", "--invite", "--json", *options)
        invitation = json.loads(invited.stdout)["invitation"]
        assert list(invitation) == ["username", "code", "expires_at"]
        assert is_code(INVITATION, invitation["code"])
        lifetime = timedelta(days=days)
        assert times.later(begun, lifetime) <= invitation["expires_at"]
        assert invitation["expires_at"] <= times.later(times.now(), lifetime)

    def test_stores_no_code(self, todo_api_within: Command, database: Database) -> None:
        invited = todo_api_within("user", "add", "susan", "--invite", "--json")
        code = json.loads(invited.stdout)["invitation"]["code"]
        with database.snapshot() as db:
            [row] = db.all(text("SELECT username, hash FROM invitations"))
        assert row == ("susan", hash_of(code))

    @pytest.mark.parametrize(
        "arguments",
        [["add", "susan", "--password-stdin"], ["delete", "susan", "--yes"]],
        ids=["add", "delete"],
    )
    def test_is_withdrawn_by_what_is_done_about_the_name(
        self, todo_api_within: Command, database: Database, arguments: list[str]
    ) -> None:
        todo_api_within("user", "add", "susan", "--invite")
        if "delete" in arguments:
            with database.transaction() as db:
                insert_user(db, username="susan", email=None, password_hash="")
        assert todo_api_within("user", *arguments, stdin=NEW_PASSWORD.encode()).status == 0
        with database.snapshot() as db:
            assert db.all(text("SELECT * FROM invitations")) == []

    def test_refuses_a_name_that_is_taken(self, todo_api_within: Command, susan: str) -> None:
        refused = todo_api_within("user", "add", susan, "--invite")
        assert refused == (1, "", "Error: There is a user susan already.\n")

    @pytest.mark.parametrize(
        "options",
        [
            ["--invite", "--email", "susan@example.com"],
            ["--invite", "--password-stdin"],
            ["--invite", "--days", "0"],
            ["--invite", "--days", "367"],
            ["--password-stdin", "--days", "7"],
        ],
        ids=" ".join,
    )
    def test_goes_with_no_password_and_no_address(
        self, todo_api_within: Command, options: list[str], database: Database
    ) -> None:
        refused = todo_api_within("user", "add", "susan", *options, stdin=NEW_PASSWORD.encode())
        assert (refused.status, refused.stdout) == (2, "")
        assert not is_stored(database, "susan")


class TestList:
    """``user list``."""

    def test_shows_who_there_is_in_the_order_of_names(
        self, todo_api: Command, todo_api_within: Command, database: Database, susan: str
    ) -> None:
        with database.transaction() as db:
            insert_user(db, username="david", email=None, password_hash=PASSWORD_HASH)
        todo_api_within("user", "disable", "david")
        shown = todo_api("user", "list")
        assert (shown.status, shown.stderr) == (0, "")
        head, david, last = shown.stdout.splitlines()
        assert head.split("  ")[0] == "USERNAME"
        assert re.fullmatch(rf"david +- +0 +- +{TIME}", david)
        assert re.fullmatch(rf"{susan} +susan@example.com +2 +{TIME} +-", last)

    def test_of_nobody_is_empty(self, todo_api_within: Command) -> None:
        assert json.loads(todo_api_within("user", "list", "--json").stdout) == {"users": []}
        assert len(todo_api_within("user", "list").stdout.splitlines()) == 1

    def test_has_each_member_in_json(self, todo_api_within: Command, susan: str) -> None:
        [user] = json.loads(todo_api_within("user", "list", "--json").stdout)["users"]
        assert user["username"] == susan
        assert list(user) == ["username", "email", "tasks", "last_changed_at", "disabled_at"]
        assert re.fullmatch(TIME, str(user["last_changed_at"]))

    def test_lets_nothing_through_that_a_terminal_would_obey(
        self, todo_api_within: Command, database: Database
    ) -> None:
        with database.transaction() as db:
            insert_user(db, username="mallory", email="\x1b]0;x\x07\n@", password_hash="")
        assert "?]0;x??@" in todo_api_within("user", "list").stdout


class TestPassword:
    """``user password``."""

    def test_counts_at_once_in_a_running_service(
        self, todo_api: Command, database_url: str, susan: str
    ) -> None:
        with serving(TODO_DATABASE_URL=database_url) as url:
            assert httpx2.get(f"{url}/tasks", auth=(susan, PASSWORD)).status_code == 200
            changed = todo_api(
                "user", "password", susan, "--password-stdin", stdin=NEW_PASSWORD.encode()
            )
            assert changed == (0, "The password of susan has been set.\n", "")
            assert httpx2.get(f"{url}/tasks", auth=(susan, PASSWORD)).status_code == 401
            assert httpx2.get(f"{url}/tasks", auth=(susan, NEW_PASSWORD)).status_code == 200

    @at_a_terminal
    def test_asks_nothing_about_a_user_who_is_not_there(self, database_url: str) -> None:
        status, shown = run_at_terminal(
            *("user", "password", "nobody"), answers=[], TODO_DATABASE_URL=database_url
        )
        assert (status, shown) == (1, "Error: There is no user nobody.\n")

    def test_holds_it_against_the_rules_of_the_service(
        self, todo_api_within: Command, susan: str
    ) -> None:
        refused = todo_api_within("user", "password", susan, "--password-stdin", stdin=b"python")
        assert refused.status == 1
        assert "Use at least 8 characters." in refused.stderr


class TestDisable:
    """``user disable`` and ``user enable``."""

    def test_count_at_once_in_every_process(
        self, todo_api: Command, database_url: str, susan: str
    ) -> None:
        settings = {"TODO_DATABASE_URL": database_url}
        with serving(**settings) as one, serving(**settings) as other:

            def statuses(password: str = PASSWORD) -> list[int]:
                return [
                    httpx2.get(f"{url}/tasks", auth=(susan, password)).status_code
                    for url in (one, other)
                ]

            assert statuses() == [200, 200]
            assert todo_api("user", "disable", susan) == (0, "The user susan is disabled.\n", "")
            assert statuses() == [401, 401]
            wrong = httpx2.get(f"{one}/tasks", auth=(susan, "wrong"))
            right = httpx2.get(f"{one}/tasks", auth=(susan, PASSWORD))
            assert right.content == wrong.content
            written = httpx2.post(f"{one}/tasks", json={"title": "No"}, auth=(susan, PASSWORD))
            assert written.status_code == 401
            assert todo_api("user", "enable", susan) == (0, "The user susan is enabled.\n", "")
            assert statuses() == [200, 200]
            tasks = httpx2.get(f"{one}/tasks", auth=(susan, PASSWORD)).json()["tasks"]
            assert [task["title"] for task in tasks] == ["Buy groceries", "Learn Python"]

    def test_done_twice_change_nothing_more(self, todo_api_within: Command, susan: str) -> None:
        first, second = (
            json.loads(todo_api_within("user", "disable", susan, "--json").stdout) for _ in range(2)
        )
        assert re.fullmatch(TIME, first["user"]["disabled_at"])
        assert first == second
        for _ in range(2):
            enabled = json.loads(todo_api_within("user", "enable", susan, "--json").stdout)
            assert enabled["user"]["disabled_at"] is None

    def test_leave_the_name_taken(self, todo_api_within: Command, susan: str) -> None:
        todo_api_within("user", "disable", susan)
        refused = todo_api_within(
            "user", "add", susan, "--password-stdin", stdin=NEW_PASSWORD.encode()
        )
        assert refused.status == 1


class TestDelete:
    """``user delete``."""

    @pytest.mark.usefixtures("susan")
    def test_takes_the_tasks_along_and_nobody_elses(
        self, todo_api: Command, database: Database, database_url: str
    ) -> None:
        with database.transaction() as db:
            david = insert_user(db, username="david", email=None, password_hash=PASSWORD_HASH)
            insert_task(db, david.list_id, {"title": "Stay"})
        with serving(TODO_DATABASE_URL=database_url) as url:
            assert httpx2.get(f"{url}/tasks", auth=("susan", PASSWORD)).status_code == 200
            deleted = todo_api("user", "delete", "susan", "--yes")
            assert deleted == (0, "The user susan has been deleted.\n", "")
            assert httpx2.get(f"{url}/tasks", auth=("susan", PASSWORD)).status_code == 401
            tasks = httpx2.get(f"{url}/tasks", auth=("david", PASSWORD)).json()["tasks"]
            assert [task["title"] for task in tasks] == ["Stay"]

    def test_of_many_tasks_is_done_in_pieces(
        self, todo_api: Command, database: Database, susan: str
    ) -> None:
        many = prepare_tasks(
            [{"title": f"Buy {number} things", "labels": ["shop"]} for number in range(PIECE)]
        )
        with database.transaction() as db:
            user = select_user(db, susan)
            assert user is not None
            insert_tasks(db, user.list_id, many)
        deleted = todo_api("user", "delete", susan, "--yes", "--json")
        assert json.loads(deleted.stdout)["user"]["tasks"] == PIECE + 2
        assert deleted.stderr == ""
        assert not is_stored(database, susan)

    @at_a_terminal
    def test_asks_first(self, database_url: str, susan: str, database: Database) -> None:
        def answered(answer: str) -> tuple[int, str]:
            return run_at_terminal(
                *("user", "delete", susan),
                answers=[(r"Delete susan and 2 tasks for ever\? \[y/N\]: ", answer)],
                TODO_DATABASE_URL=database_url,
            )

        status, shown = answered("n")
        assert (status, shown.splitlines()[-1]) == (1, "Aborted!")
        assert is_stored(database, susan)
        status, shown = answered("y")
        assert (status, shown.splitlines()[-1]) == (0, "The user susan has been deleted.")
        assert "100%" in shown
        assert not is_stored(database, susan)

    def test_needs_a_terminal_to_ask_at_or_yes(
        self, todo_api: Command, susan: str, database: Database
    ) -> None:
        refused = todo_api("user", "delete", susan, stdin=b"y\n")
        assert refused.status == 2
        assert "--yes" in refused.stderr
        assert is_stored(database, susan)


@pytest.mark.parametrize("subcommand", NAMED[1:])
def test_an_unknown_user_is_named(todo_api_within: Command, subcommand: str) -> None:
    options = {"password": ["--password-stdin"], "delete": ["--yes"]}.get(subcommand, [])
    unknown = todo_api_within("user", subcommand, "nobody", *options, stdin=NEW_PASSWORD.encode())
    assert unknown == (1, "", "Error: There is no user nobody.\n")


@pytest.mark.parametrize("subcommand", NAMED)
@pytest.mark.parametrize("name", ["", "Susan", "su san", "-", "susan;", "s" * 65, "\udcff"])
def test_what_is_no_name_is_wrong_usage(subcommand: str, name: str) -> None:
    refused = CliRunner().invoke(main, ["user", subcommand, "--", name])
    assert refused.exit_code == 2
    assert "Invalid value for 'NAME'" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [["user", "add"], ["user", "delete", "a", "b"], ["user", "list", "--sort"], ["user", "dance"]],
    ids=" ".join,
)
def test_wrong_usage_is_status_two(arguments: list[str]) -> None:
    refused = run_within(*arguments, TODO_DATABASE_URL="sqlite:///no/such.db")
    assert (refused.status, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Usage: todo-api user")
