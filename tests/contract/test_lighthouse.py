"""A second, unrelated document, served unchanged: nothing in the contract layer knows tasks."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

import todo_api.contract
from tests.support.asgi import Fields, call
from tests.support.keys import basic, bearer
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp

IDA = basic("ida", "lewis")
JSON = ("Content-Type", "application/json")
MERGE_PATCH = ("Content-Type", "application/merge-patch+json")
UNSET = {
    "order": "newest",
    "visibility": None,
    "storm": None,
    "night": None,
    "weather": None,
    "lamp": [1],
    "x_watch": 1,
    "user": None,
}


def find(app: ContractApp, query: str, *fields: tuple[str, str]) -> httpx2.Response:
    return call(app, "GET", f"/log/entries?{query}", fields)


class TestParameters:
    """The arguments that functions get from a request."""

    @pytest.mark.parametrize(
        ("query", "understood"),
        [
            ("year=1899", {}),
            ("year=1899&order=oldest", {"order": "oldest"}),
            ("year=1899&visibility=2.5", {"visibility": 2.5}),
            ("year=1899&visibility=50", {"visibility": 50.0}),
            ("year=1899&storm=true", {"storm": True}),
            ("year=1899&storm=false", {"storm": False}),
            ("year=1899&night=1899-12-24", {"night": "1899-12-24"}),
            ("year=1899&weather=fog", {"weather": ["fog"]}),
            ("year=1899&weather=fog&weather=gale", {"weather": ["fog", "gale"]}),
            ("lamp=3&year=1899&lamp=2", {"lamp": [3, 2]}),
            ("y%65ar=18%39%39", {}),
            ("year=1899&nocache=17&t=", {}),
        ],
    )
    def test_have_their_types_and_their_defaults(
        self, lighthouse: ContractApp, query: str, understood: dict[str, Any]
    ) -> None:
        assert find(lighthouse, query).json() == {**UNSET, "year": 1899, **understood}

    @pytest.mark.parametrize(
        ("query", "faults"),
        [
            ("", {"year": "This parameter is required."}),
            ("year=1600", {"year": "This must be at least 1850."}),
            ("year=dawn", {"year": "This must be an integer."}),
            ("year=1899&year=1900", {"year": "This parameter may be given only once."}),
            ("year=1899&order=upwards", {"order": "This must be one of oldest, newest."}),
            ("year=1899&visibility=far", {"visibility": "This must be a number."}),
            ("year=1899&storm=yes", {"storm": "This must be true or false."}),
            ("year=1899&night=tonight", {"night": "This is not a valid date."}),
            ("year=1899&weather=fine", {"weather": "This must be one of clear, fog, gale."}),
            ("year=1899&weather=fog,gale", {"weather": "This must be one of clear, fog, gale."}),
            ("year=1899&lamp=0", {"lamp": "This must be at least 1."}),
            ("year=1899&_=17", {"_": "There is no such parameter here."}),
            ("year=1899&Order=newest", {"Order": "There is no such parameter here."}),
            (
                "year=1&storm=2",
                {"year": "This must be at least 1850.", "storm": "This must be true or false."},
            ),
        ],
    )  # fmt: skip
    def test_are_refused_by_name_all_at_once(
        self, lighthouse: ContractApp, query: str, faults: dict[str, str]
    ) -> None:
        answer = find(lighthouse, query)
        assert_problem(answer, 400, *faults)
        assert {fault["parameter"]: fault["detail"] for fault in answer.json()["errors"]} == faults

    def test_may_be_headers(self, lighthouse: ContractApp) -> None:
        assert find(lighthouse, "year=1899", ("X-Watch", "3")).json()["x_watch"] == 3
        assert_problem(find(lighthouse, "year=1899", ("X-Watch", "dog")), 400, "X-Watch")

    @pytest.mark.parametrize(
        ("path", "lamp"),
        [
            ("/log/lamps/north", "north"),
            ("/log/lamps/n%6Frth", "north"),
            ("/log/lamps/n%C3%B6rd", "nörd"),
            ("/log/lamps/a%2Fb", "a/b"),
            ("/log/lamps/a+b", "a+b"),
            ("/log/lamps/%20", " "),
        ],
    )
    def test_in_a_path_are_decoded_once(
        self, lighthouse: ContractApp, path: str, lamp: str
    ) -> None:
        assert call(lighthouse, "GET", path).json() == {"lamp": lamp}

    @pytest.mark.parametrize(
        "path",
        [
            "/log/lamps/the-longest-lamp",
            "/log/lamps/",
            "/log/lamps/%00",
            "/log/lamps/%FF",
            "/log/lamps/a/b",
            "/log/entries/0",
            "/log/entries/one",
            "/log/entries/8",
        ],
    )
    def test_in_a_path_that_name_nothing_are_not_found(
        self, lighthouse: ContractApp, path: str
    ) -> None:
        assert_problem(call(lighthouse, "GET", path), 404)

    def test_do_not_hide_a_path_that_is_written_out(self, lighthouse: ContractApp) -> None:
        assert call(lighthouse, "GET", "/log/entries/latest").json()["id"] == 7
        assert call(lighthouse, "GET", "/log/entries/6").json()["id"] == 6
        answer = call(lighthouse, "DELETE", "/log/entries/latest")
        assert_problem(answer, 405)
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


class TestBodies:
    """Media types, schemas and limits, each operation's own."""

    def change(self, app: ContractApp, *fields: tuple[str, str], body: bytes) -> httpx2.Response:
        return call(app, "PATCH", "/log/entries/7", [IDA, ("If-Match", '"1"'), *fields], body)

    def test_each_media_type_has_its_schema(self, lighthouse: ContractApp) -> None:
        ship = b'{"ship": null}'
        answer = self.change(lighthouse, MERGE_PATCH, body=ship)
        assert answer.json()["body"] == {"ship": None}
        assert_problem(self.change(lighthouse, JSON, body=ship), 400, "/text")

    def test_another_media_type_is_told_which_ones_there_are(self, lighthouse: ContractApp) -> None:
        answer = self.change(lighthouse, ("Content-Type", "text/plain"), body=b"Fog.")
        assert_problem(answer, 415)
        assert answer.headers["Accept-Patch"] == "application/json, application/merge-patch+json"

    def test_an_optional_body_may_be_absent(self, lighthouse: ContractApp) -> None:
        fields = [IDA, ("If-Match", '"1"')]
        for content_type in ([], [JSON], [("Content-Type", "text/plain")]):
            answer = call(lighthouse, "PATCH", "/log/entries/7", [*fields, *content_type])
            assert answer.json()["body"] is None
        assert call(lighthouse, "PATCH", "/log/entries/7", fields, b"").json()["body"] is None

    def test_a_required_header_is_asked_for_by_its_name(self, lighthouse: ContractApp) -> None:
        answer = call(lighthouse, "PATCH", "/log/entries/7", [IDA, JSON], b'{"text": "Fog."}')
        assert_problem(answer, 400, "If-Match")

    @pytest.mark.parametrize("chunks", [1, 2])
    def test_an_operation_has_its_own_limit(self, lighthouse: ContractApp, chunks: int) -> None:
        for size, status in ((200, 201), (201, 413)):
            body = b'{"text": "Fog."}'.ljust(size)
            parts = [body] if chunks == 1 else [body[:9], body[9:]]
            answer = call(lighthouse, "POST", "/log/entries", [IDA, JSON], *parts)
            assert answer.status_code == status

    def test_a_member_may_be_null_where_the_document_says_so(self, lighthouse: ContractApp) -> None:
        answer = call(
            lighthouse, "POST", "/log/entries", [IDA, JSON], b'{"text": null, "ship": null}'
        )
        assert_problem(answer, 400, "/text")

    def test_a_name_of_the_client_is_echoed_only_up_to_100_characters(
        self, lighthouse: ContractApp
    ) -> None:
        for length, place in ((100, "/" + "x" * 100), (101, "")):
            body = b'{"%s": "bright"}' % (b"x" * length)
            answer = call(lighthouse, "PUT", "/log/lamps/n", [bearer("ashore"), JSON], body)
            assert_problem(answer, 400, place)


class TestSecurity:
    """Schemes, alternatives of them, several at once, and none."""

    @pytest.mark.parametrize(
        ("fields", "user"),
        [
            ([], None),
            ([IDA], "ida"),
            ([basic("grace", "darling")], "grace"),
            ([bearer("aboard")], "aboard"),
        ],
    )
    def test_alternatives_with_an_empty_one(
        self, lighthouse: ContractApp, fields: Fields, user: str | None
    ) -> None:
        assert call(lighthouse, "GET", "/log/entries?year=1899", fields).json()["user"] == user

    @pytest.mark.parametrize(
        ("field", "error"),
        [
            (basic("ida", "wrong"), ""),
            (bearer("wrong"), ', error="invalid_token"'),
            (bearer(""), ', error="invalid_token"'),
            (("Authorization", "Digest ida"), ""),
            (("Authorization", "Basic ====="), ""),
            (("Authorization", ""), ""),
        ],
    )
    def test_bad_credentials_are_refused_even_where_none_are_needed(
        self, lighthouse: ContractApp, field: tuple[str, str], error: str
    ) -> None:
        answer = find(lighthouse, "year=1899", field)
        assert_problem(answer, 401, error="Who goes there?")
        assert answer.headers["WWW-Authenticate"] == (
            'Basic realm="The lamp room", charset="UTF-8", Bearer realm="The lamp room"' + error
        )

    def test_an_operation_without_security_asks_nobody(self, lighthouse: ContractApp) -> None:
        assert call(lighthouse, "GET", "/log/lamps/n", [basic("ida", "wrong")]).status_code == 200

    @pytest.mark.parametrize(
        ("fields", "status"),
        [([bearer("ashore")], 200), ([bearer("aboard")], 401), ([IDA], 401), ([], 401)],
    )
    def test_schemes_side_by_side_must_all_hold(
        self, lighthouse: ContractApp, fields: Fields, status: int
    ) -> None:
        answer = call(lighthouse, "PUT", "/log/lamps/n", [*fields, JSON], b"{}")
        assert answer.status_code == status

    @pytest.mark.parametrize(
        ("field", "status"),
        [
            (("X-Signal", "Flags"), 403),
            (("x-signal", "flags"), 403),
            (("X-Signal", "Horn"), 401),
            (("X-Requested-With", "XMLHttpRequest"), 401),
        ],
    )
    def test_who_asks_for_no_challenge_in_the_way_of_the_api_gets_403(
        self, lighthouse: ContractApp, field: tuple[str, str], status: int
    ) -> None:
        answer = call(lighthouse, "DELETE", "/log/entries/7", [field])
        assert_problem(answer, status, error="Who goes there?")
        assert ("WWW-Authenticate" in answer.headers) is (status == 401)
        assert answer.headers["Vary"] == "Accept, X-Signal"


class TestAnswers:
    """What comes back."""

    def test_created(self, lighthouse: ContractApp) -> None:
        answer = call(lighthouse, "POST", "/log/entries", [IDA, JSON], b'{"text": "Clear."}')
        assert answer.status_code == 201
        assert answer.headers["Location"] == "http://localhost/log/entries/8"

    def test_nothing_to_say(self, lighthouse: ContractApp) -> None:
        answer = call(lighthouse, "DELETE", "/log/entries/7", [IDA])
        assert answer.status_code == 204
        assert answer.content == b""
        assert not answer.headers.keys() & {"content-type", "content-length"}

    def test_a_problem_that_the_function_found(self, lighthouse: ContractApp) -> None:
        fields = [IDA, JSON, ("If-Match", '"2"')]
        answer = call(lighthouse, "PATCH", "/log/entries/7", fields, b'{"text": "Fog."}')
        assert_problem(answer, 409)
        assert answer.json()["detail"] == "Somebody else has changed it."

    def test_the_document_itself_with_its_braces(self, lighthouse: ContractApp) -> None:
        answer = call(lighthouse, "GET", "/log/openapi.json")
        assert "{{ lamp }}" in answer.json()["info"]["description"]
        assert answer.json()["components"]["schemas"]["Ship"]["nullable"] is True


PACKAGE = Path(todo_api.contract.__file__).parent
OTHERS_WORDS = "task|to-?do|article|unauthorized access|XMLHttpRequest|jQuery"


@pytest.mark.parametrize(
    "module", sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))
)
def test_no_module_of_the_contract_layer_mentions_tasks(module: str) -> None:
    text = (PACKAGE / module).read_text("utf-8").replace("todo_api.contract", "")
    assert not re.findall(rf".*(?:{OTHERS_WORDS}).*", text, re.IGNORECASE)


@pytest.mark.parametrize(
    "query", [urlencode({"year": 1899, "x" * size: 1}) for size in (1, 100, 101, 5000)]
)
def test_an_unknown_parameter_is_echoed_only_up_to_100_characters(
    lighthouse: ContractApp, query: str
) -> None:
    answer = find(lighthouse, query)
    [fault] = answer.json()["errors"]
    assert len(fault["parameter"]) <= 100
