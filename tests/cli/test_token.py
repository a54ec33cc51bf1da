"""``todo-api token``: the tokens of users, as an administrator sees them."""

import json
import re
import sys
from datetime import timedelta

import httpx2
import pytest

from tests.cli.conftest import Command
from tests.support.clients import PASSWORD
from tests.support.commands import run_at_terminal, serving
from todo_api.storage import Database, TokenRow, insert_token, select_tokens, select_user

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"

at_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")


@pytest.fixture
def tokens(database: Database, susan: str) -> list[TokenRow]:
    """The tokens of susan, two of them."""
    with database.transaction() as db:
        user = select_user(db, susan)
        assert user is not None
        for name, lifetime in (("Phone", timedelta(days=7)), ("\u202eKitchen clock", None)):
            insert_token(
                db,
                user.id,
                name=name,
                scope="read",
                token_hash=name,
                lifetime=lifetime,
                most=9,
            )
        return select_tokens(db, user.id)


class TestList:
    """``token list``."""

    def test_shows_what_there_is(self, todo_api_within: Command, tokens: list[TokenRow]) -> None:
        shown = todo_api_within("token", "list", "susan")
        assert (shown.status, shown.stderr) == (0, "")
        head, phone, clock = shown.stdout.splitlines()
        assert re.split("  +", head) == [
            *("ID", "NAME", "SCOPE", "CREATED AT", "EXPIRES AT", "LAST USED AT")
        ]
        assert re.fullmatch(rf"{tokens[0].id} +Phone +read +{TIME}  {TIME}  -", phone)
        assert re.fullmatch(rf"{tokens[1].id} +\?Kitchen clock +read +{TIME}  - +-", clock)

    def test_has_each_member_in_json(
        self, todo_api_within: Command, tokens: list[TokenRow]
    ) -> None:
        shown = json.loads(todo_api_within("token", "list", "susan", "--json").stdout)
        assert shown == {"tokens": [{"username": "susan", **row._asdict()} for row in tokens]}

    @pytest.mark.usefixtures("susan")
    def test_of_none_is_empty(self, todo_api_within: Command) -> None:
        assert json.loads(todo_api_within("token", "list", "susan", "--json").stdout) == {
            "tokens": []
        }

    def test_names_an_unknown_user(self, todo_api_within: Command) -> None:
        unknown = todo_api_within("token", "list", "nobody")
        assert unknown == (1, "", "Error: There is no user nobody.\n")


class TestRevoke:
    """``token revoke``."""

    def test_counts_at_once_in_every_process(
        self, todo_api: Command, database_url: str, susan: str
    ) -> None:
        settings = {"TODO_DATABASE_URL": database_url}
        with serving(**settings) as one, serving(**settings) as other:
            body = {"name": "Phone", "scope": "read"}
            created = httpx2.post(f"{one}/tokens", json=body, auth=(susan, PASSWORD))
            token = created.json()["token"]
            bearer = {"Authorization": f"Bearer {token['secret']}"}

            def statuses() -> list[int]:
                return [
                    httpx2.get(f"{url}/tasks", headers=bearer).status_code for url in (one, other)
                ]

            assert statuses() == [200, 200]
            revoked = todo_api("token", "revoke", str(token["id"]), "--yes")
            assert revoked == (0, "The token 'Phone' of susan has been revoked.\n", "")
            assert statuses() == [401, 401]
        assert token["secret"] not in todo_api("token", "list", susan, "--json").stdout

    def test_answers_a_program_in_json(
        self, todo_api_within: Command, tokens: list[TokenRow]
    ) -> None:
        revoked = todo_api_within("token", "revoke", str(tokens[0].id), "--yes", "--json")
        assert json.loads(revoked.stdout) == {"token": {"username": "susan", **tokens[0]._asdict()}}
        left = json.loads(todo_api_within("token", "list", "susan", "--json").stdout)["tokens"]
        assert [token["id"] for token in left] == [tokens[1].id]

    @at_a_terminal
    def test_asks_first(
        self, todo_api_within: Command, database_url: str, tokens: list[TokenRow]
    ) -> None:
        def answered(answer: str) -> tuple[int, str]:
            return run_at_terminal(
                *("token", "revoke", str(tokens[1].id)),
                answers=[(r"Revoke the token '\\u202eKitchen clock' of susan\? \[y/N\]: ", answer)],
                TODO_DATABASE_URL=database_url,
            )

        def left() -> int:
            return len(
                json.loads(todo_api_within("token", "list", "susan", "--json").stdout)["tokens"]
            )

        status, shown = answered("n")
        assert (status, shown.splitlines()[-1], left()) == (1, "Aborted!", 2)
        status, shown = answered("y")
        assert (status, left()) == (0, 1)

    def test_needs_a_terminal_to_ask_at_or_yes(
        self, todo_api_within: Command, tokens: list[TokenRow]
    ) -> None:
        refused = todo_api_within("token", "revoke", str(tokens[0].id), stdin=b"y\n")
        assert refused.status == 2
        assert "--yes" in refused.stderr

    @pytest.mark.parametrize(("token_id", "status"), [("1", 1), ("0", 2), ("-1", 2), ("all", 2)])
    def test_of_no_token_is_refused(
        self, todo_api_within: Command, token_id: str, status: int
    ) -> None:
        refused = todo_api_within("token", "revoke", "--yes", "--", token_id)
        assert (refused.status, refused.stdout) == (status, "")
        if status == 1:
            assert refused.stderr == "Error: There is no token 1.\n"

    def test_of_an_id_beyond_the_database_is_refused(self, todo_api_within: Command) -> None:
        assert todo_api_within("token", "revoke", "--yes", str(10**30)).status == 2
