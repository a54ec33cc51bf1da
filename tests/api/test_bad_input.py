"""Bad input: each fault is refused with its place and a reason, and nothing changes.

The module shares one service on each engine, as no test here may change anything; each sees
afterwards that it did not.
"""

import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of, registered
from tests.support.databases import Databases
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.settings import Settings
from todo_api.storage import Database, select_user

JSON = {"Content-Type": "application/json"}
SUSAN = {"username": "susan", "password": "Pizza is not a fruit!", "email": "susan@example.com"}
TASKS = [
    {"title": "Buy groceries", "description": "Milk, Cheese, Pizza, Fruit, Tylenol"},
    {"title": "Learn Python", "description": "Need to find a good Python tutorial on the web"},
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database for the module, on each engine."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.fresh()
    yield url
    databases.discard(url)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """Open the module's database."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def app(database_url: str) -> Iterator[ContractApp]:
    """A service for the module."""
    app = create_app(
        Settings(
            database_url=database_url,
            registration=True,
            check_responses=True,
            password_time_cost=1,
            password_memory_kib=1024,
        )
    )
    with TestClient(app):
        yield app


@pytest.fixture(scope="module")
def miguel(app: ContractApp, database: Database) -> TestClient:
    """A client with the credentials of miguel, who has two tasks."""
    miguel = registered(app, database, "miguel")
    for task in TASKS:
        miguel.post("/tasks", json=task)
    return miguel


@pytest.fixture(autouse=True)
def nothing_changes(
    database: Database, miguel: TestClient, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Assert that no test changes anything or makes the service fail."""

    def state() -> tuple[Any, Any, bool]:
        # Susan's signing in would tell as well, but whoever fails to sign in has to wait.
        with database.snapshot() as db:
            is_susan_there = select_user(db, "susan") is not None
        return (
            miguel.get("/tasks").json(),
            miguel.get("/users/miguel").json(),
            is_susan_there,
        )

    before = state()
    assert [task["id"] for task in before[0]["tasks"]] == [1, 2]
    assert not before[2]
    yield
    assert state() == before
    assert [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR] == []


BAD_MEMBERS = [
    # A value of the wrong type.
    ({"title": None}, ["/title"]),
    ({"title": 1}, ["/title"]),
    ({"title": 1.5}, ["/title"]),
    ({"title": True}, ["/title"]),
    ({"title": []}, ["/title"]),
    ({"title": ["Buy groceries"]}, ["/title"]),
    ({"title": {}}, ["/title"]),
    ({"title": {"title": "Buy groceries"}}, ["/title"]),
    ({"description": None}, ["/description"]),
    ({"description": 1}, ["/description"]),
    ({"description": False}, ["/description"]),
    ({"description": []}, ["/description"]),
    ({"description": {}}, ["/description"]),
    ({"done": None}, ["/done"]),
    ({"done": 0}, ["/done"]),
    ({"done": 1}, ["/done"]),
    ({"done": 1.0}, ["/done"]),
    ({"done": ""}, ["/done"]),
    ({"done": "true"}, ["/done"]),
    ({"done": "on"}, ["/done"]),
    ({"done": []}, ["/done"]),
    ({"done": {}}, ["/done"]),
    # A title that looks empty.
    ({"title": " "}, ["/title"]),
    ({"title": "\t\r\n"}, ["/title"]),
    ({"title": "\u00a0\u2003\u3000"}, ["/title"]),
    ({"title": "\x01\x7f\x85"}, ["/title"]),
    ({"title": "\ufeff"}, ["/title"]),
    # Too long.
    ({"title": "x" * 201}, ["/title"]),
    ({"title": "🧀" * 201}, ["/title"]),
    ({"title": "x" * 100_000}, ["/title"]),
    ({"description": "x" * 10_001}, ["/description"]),
    ({"description": "🧀" * 10_001}, ["/description"]),
    # An unknown member.
    ({"urgent": True}, ["/urgent"]),
    ({"Title": "Buy groceries"}, ["/Title"]),
    ({"title ": "Buy groceries"}, ["/title "]),
    ({"user_id": 1}, ["/user_id"]),
    ({"": ""}, ["/"]),
    ({"a/b": 1}, ["/a~1b"]),
    ({"a~b": 1}, ["/a~0b"]),
    ({"__proto__": {}}, ["/__proto__"]),
    ({"ünïcödé": 1}, ["/ünïcödé"]),
    # All at once.
    ({"title": "", "done": 1}, ["/title", "/done"]),  # too short, and nothing to see
    (
        {"title": 1, "description": 2, "done": 3, "urgent": 4},
        ["/title", "/description", "/done", "/urgent"],
    ),
    ({"urgent": 1, "colour": 2, "due": 3}, ["/urgent", "/colour", "/due"]),
]


def shortened(value: object) -> str:
    """Name a test by its value."""
    text = repr(value).encode("ascii", "backslashreplace").decode()
    return text if len(text) < 60 else f"{text[:40]}... {len(text)} characters"


class TestMembersOfATask:
    """The values that members accept."""

    @pytest.mark.parametrize(("members", "places"), BAD_MEMBERS, ids=shortened)
    def test_a_new_task_is_refused(
        self, miguel: TestClient, members: dict[str, Any], places: list[str]
    ) -> None:
        body = {"title": "Read a book"} | members
        assert_refused(miguel.post("/tasks", json=body), 400, *places)

    @pytest.mark.parametrize(("members", "places"), BAD_MEMBERS, ids=shortened)
    def test_changes_are_refused(
        self, miguel: TestClient, members: dict[str, Any], places: list[str]
    ) -> None:
        body = {"done": True} | members
        assert_refused(miguel.put("/tasks/1", json=body), 400, *places)

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, ["/title"]),
            ({"description": "Milk"}, ["/title"]),
            ({"done": 1}, ["/title", "/done"]),
            ({"id": 3, "title": "Read a book"}, ["/id"]),
            ({"uri": "http://localhost/", "title": "Read a book"}, ["/uri"]),
        ],
        ids=shortened,
    )
    def test_a_new_task_needs_a_title_and_has_no_id_yet(
        self, miguel: TestClient, body: dict[str, Any], places: list[str]
    ) -> None:
        assert_refused(miguel.post("/tasks", json=body), 400, *places)

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, [""]),
            ({"id": "1"}, ["/id"]),
            ({"id": None}, ["/id"]),
            ({"id": 1.5}, ["/id"]),
            ({"id": True}, ["/id"]),
            ({"id": 2}, ["/id"]),
            ({"id": 2**63}, ["/id"]),
            ({"id": -(2**63) - 1}, ["/id"]),
            ({"uri": None}, ["/uri"]),
            ({"uri": 1}, ["/uri"]),
            ({"uri": "http://localhost/todo/api/v1.0/tasks/2"}, ["/uri"]),
        ],
        ids=shortened,
    )
    def test_changes_are_some_and_leave_id_and_uri_as_they_are(
        self, miguel: TestClient, body: dict[str, Any], places: list[str]
    ) -> None:
        assert_refused(miguel.put("/tasks/1", json=body), 400, *places)

    def test_at_most_20_faults_are_listed(self, miguel: TestClient) -> None:
        body = {"title": "Read a book"} | {f"member {number}": 1 for number in range(1_000)}
        response = miguel.post("/tasks", json=body)
        assert response.status_code == 400
        assert len(response.json()["errors"]) == 20

    @pytest.mark.parametrize(
        "body",
        [
            {"title": "secret " * 30},
            {"title": "Read a book", "secret " * 30: 1},
            {"title": {"secret " * 30: "secret"}},
            {"title": "Read a book", "done": "secret " * 30},
        ],
        ids=shortened,
    )
    def test_a_long_text_is_not_sent_back(self, miguel: TestClient, body: dict[str, Any]) -> None:
        response = miguel.post("/tasks", json=body)
        assert response.status_code == 400
        assert "secret" not in response.text
        assert len(response.content) < 500


@pytest.mark.parametrize("text", ["[]", '[{"title": "x"}]', '"title"', "1", "null", "true"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/tasks"), ("PUT", "/tasks/1"), ("PUT", "/users/miguel")]
)
def test_a_body_that_is_not_an_object_is_refused(
    miguel: TestClient, method: str, path: str, text: str
) -> None:
    assert_refused(miguel.request(method, path, content=text, headers=JSON), 400, "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \r\n", id="only space"),
        pytest.param(b"{", id="only a beginning"),
        pytest.param(b'{"title": "x"', id="no end"),
        pytest.param(b'{"title": "x}', id="no end of a string"),
        pytest.param(b'{"title": "x"}}', id="one brace too many"),
        pytest.param(b'{"title": "x"} {"title": "y"}', id="two values"),
        pytest.param(b'{"title": "x",}', id="a trailing comma"),
        pytest.param(b'{"title": "x" "done": true}', id="no comma"),
        pytest.param(b'{"title" "x"}', id="no colon"),
        pytest.param(b"{'title': 'x'}", id="single quotes"),
        pytest.param(b'{title: "x"}', id="no quotes"),
        pytest.param(b'{"title": "x" /* y */}', id="a comment"),
        pytest.param(b"title=x", id="a form"),
        pytest.param(b"<title>x</title>", id="XML"),
        pytest.param(b'{"title": "x", "done": True}', id="a word that is not JSON"),
        pytest.param(b'{"title": "x", "done": NaN}', id="NaN"),
        pytest.param(b'{"title": "x", "done": Infinity}', id="Infinity"),
        pytest.param(b'{"title": "x", "done": -Infinity}', id="-Infinity"),
        pytest.param(b'{"title": "x", "done": 1e400}', id="more than a double"),
        pytest.param(b'{"title": "x", "done": 01}', id="a leading zero"),
        pytest.param(b'{"title": "x", "done": +1}', id="a plus sign"),
        pytest.param(b'{"title": "x", "done": 0x1}', id="hexadecimal"),
        pytest.param(b'{"title": "x", "done": 1.}', id="no digit after the point"),
        pytest.param(b'{"title": "x", "done": %s}' % (b"9" * 21), id="21 digits"),
        pytest.param(b'{"title": "x", "done": %s}' % (b"9" * 5_000), id="5,000 digits"),
        pytest.param(b'{"title": "x", "done": 0.%s}' % (b"1" * 5_000), id="5,000 decimals"),
        pytest.param(b'{"title": "x", "title": "y"}', id="a name twice"),
        pytest.param(b'{"title": "x", "title": "x"}', id="a name twice with one value"),
        pytest.param(b'{"title": "x", "\\u0074itle": "y"}', id="a name twice, escaped"),
        pytest.param(b'{"title": "x", "done": {"a": 1, "a": 2}}', id="a name twice within"),
        pytest.param(b'{"title": "\\ud83e"}', id="a high surrogate alone"),
        pytest.param(b'{"title": "\\uddc0"}', id="a low surrogate alone"),
        pytest.param(b'{"title": "\\uddc0\\ud83e"}', id="surrogates in the wrong order"),
        pytest.param(b'{"title": "x", "\\ud83e": 1}', id="a lone surrogate in a name"),
        pytest.param(b'{"title": "x\\u0000"}', id="NUL in a title"),
        pytest.param(b'{"title": "x", "description": "\\u0000"}', id="NUL in a description"),
        pytest.param(b'{"title": "x", "\\u0000": 1}', id="NUL in a name"),
        pytest.param(b'{"title": "x\0"}', id="NUL itself"),
        pytest.param(b'{"title": "x\n"}', id="a line break in a string"),
        pytest.param(b'{"title": "\\x41"}', id="an escape that is not JSON"),
        pytest.param(b'{"title": "\\u12"}', id="half an escape"),
        pytest.param(b'\xef\xbb\xbf{"title": "x"}', id="a byte order mark"),
        pytest.param(b'{"title": "\xff"}', id="a byte that is not UTF-8"),
        pytest.param(b'{"title": "\xe9"}', id="Latin-1"),
        pytest.param(b'{"title": "\xc0\xaf"}', id="overlong UTF-8"),
        pytest.param(b'{"title": "\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b'{"title": "\xf4\x90\x80\x80"}', id="beyond Unicode"),
        pytest.param('{"title": "x"}'.encode("utf-16"), id="UTF-16"),
        pytest.param('{"title": "x"}'.encode("utf-32-be"), id="UTF-32"),
        pytest.param(gzip.compress(b'{"title": "x"}'), id="compressed"),
        pytest.param(b'{"title": %s}' % (b"[" * 33 + b"]" * 33), id="34 levels"),
        pytest.param(b'{"title": %s}' % (b'{"a":' * 40 + b"1" + b"}" * 40), id="41 levels"),
        pytest.param(b"[" * 100_000, id="100,000 brackets"),
        pytest.param(b'{"a":' * 20_000, id="20,000 braces"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/tasks"), ("PUT", "/tasks/1")])
def test_a_body_that_is_not_json_is_refused(
    miguel: TestClient, method: str, path: str, text: bytes
) -> None:
    response = miguel.request(method, path, content=text, headers=JSON)
    assert_refused(response, 400)
    assert response.json()["detail"]


class TestContentTypes:
    """The media types that bodies may have."""

    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "json",
            "text/plain",
            "text/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/octet-stream",
            "application/jsonp",
            "application/problem+json",
            "application/merge-patch+json",
            "application/*",
            "*/*",
            "application/json, text/plain",
            "application/json; charset",
            "application/json; charset=utf-16",
            "application/json;charset=utf-7",
            "application/json; charset=ISO-8859-1",
            'application/json; charset="latin1"',
            "application/json; charset=nonsense",
        ],
    )
    @pytest.mark.parametrize(("method", "path"), [("POST", "/tasks"), ("PUT", "/tasks/1")])
    def test_another_one_is_refused(
        self, miguel: TestClient, method: str, path: str, content_type: str | None
    ) -> None:
        headers = {} if content_type is None else {"Content-Type": content_type}
        response = miguel.request(method, path, content=b'{"title": "x"}', headers=headers)
        assert_refused(response, 415)
        assert response.headers["Accept"] == "application/json"

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json ; charset=utf-8",
            'application/json; charset="utf-8"',
            'application/json; profile="http://x/y, z"',
            "application/json;",
        ],
    )
    def test_any_spelling_of_json_is_accepted_and_validated(
        self, miguel: TestClient, content_type: str
    ) -> None:
        headers = {"Content-Type": content_type}
        accepted = miguel.put("/tasks/1", content=b'{"id": 1}', headers=headers)
        assert accepted.status_code == 200, accepted.text
        refused = miguel.put("/tasks/1", content=b'{"title": 1}', headers=headers)
        assert_refused(refused, 400, "/title")

    def test_two_of_them_are_refused(self, miguel: TestClient) -> None:
        headers = [("Content-Type", "application/json"), ("Content-Type", "application/json")]
        response = miguel.post("/tasks", content=b'{"title": "x"}', headers=headers)
        assert_refused(response, 400)

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip", "nonsense"])
    def test_a_compressed_body_is_refused(self, miguel: TestClient, coding: str) -> None:
        response = miguel.post(
            "/tasks",
            content=gzip.compress(b'{"title": "x"}'),
            headers={**JSON, "Content-Encoding": coding},
        )
        assert_refused(response, 415)
        assert response.headers["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_one_without_a_body_is_no_fault(self, miguel: TestClient, method: str) -> None:
        assert miguel.request(method, "/tasks/3", headers=JSON).status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/tasks"),
            ("GET", "/tasks/1"),
            ("DELETE", "/tasks/1"),
            ("GET", "/users/miguel"),
            ("DELETE", "/users/miguel"),
            ("GET", "/healthz"),
        ],
    )
    def test_a_body_where_none_belongs_is_refused(
        self, miguel: TestClient, method: str, path: str
    ) -> None:
        response = miguel.request(method, path, content=b'{"title": "x"}', headers=JSON)
        assert_refused(response, 400)


@pytest.mark.parametrize(
    "task_id",
    [
        "0",
        "-0",
        "-1",
        "01",
        "+1",
        "%2B1",
        "1.0",
        "1e0",
        "0x1",
        "1_0",
        "1,2",
        "1;2",
        "%201",
        "1%20",
        "1%0A",
        "%00",
        "1%00",
        "%FF",
        "%2F",
        "%2F1",
        "1%2F",
        "1%2F2",
        "%D9%A1",  # an Arabic 1
        "%EF%BC%91",  # a wide 1
        "one",
        "null",
        "true",
        "[1]",
        str(2**53),
        str(2**63),
        str(2**64 + 1),
        pytest.param("9" * 5_000, id="5,000 digits"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_no_task_can_have_is_not_found(
    miguel: TestClient, method: str, task_id: str
) -> None:
    body = {"done": True} if method == "PUT" else None
    response = miguel.request(method, f"/tasks/{task_id}", json=body)
    assert_problem(response, 404)
    assert response.json() == {"error": "Not found", "code": "not_found"}


def test_a_percent_encoded_digit_is_that_digit(miguel: TestClient) -> None:
    assert miguel.get("/tasks/%31").json() == miguel.get("/tasks/1").json()
    assert miguel.get("/%74asks").json() == miguel.get("/tasks").json()


@pytest.mark.parametrize(
    "username",
    [
        "Miguel",
        "MIGUEL",
        ".miguel",
        "miguel.",
        "miguel%20",
        "miguel%0A",
        "miguel%00",
        "miguel%2F",
        "%2Fmiguel",
        "%FF",
        "%D1%81",
        "nobody",
        pytest.param("m" * 65, id="65 characters"),
        pytest.param("m" * 5_000, id="5,000 characters"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_username_other_than_ones_own_is_not_found(
    miguel: TestClient, method: str, username: str
) -> None:
    body = {"email": None} if method == "PUT" else None
    response = miguel.request(method, f"/users/{username}", json=body)
    assert_problem(response, 404)
    assert response.json() == {"error": "Not found", "code": "not_found"}


class TestQueries:
    """The query: no unknown parameters, except for jQuery's ``_``."""

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("colour=blue", ["colour"]),
            ("colour", ["colour"]),
            ("colour=", ["colour"]),
            ("colour=blue&colour=red", ["colour"]),
            ("colour=blue&shape=round", ["colour", "shape"]),
            ("_=123456&colour=blue", ["colour"]),
            ("task_id=1", ["task_id"]),
            ("user=susan", ["user"]),
            ("user_id=2", ["user_id"]),
            ("body=x", ["body"]),
            ("a%20b=1", ["a b"]),
            ("%00=1", ["\0"]),
        ],
    )
    def test_unknown_parameters_are_named(
        self, miguel: TestClient, query: str, places: list[str]
    ) -> None:
        assert_refused(miguel.get(f"/tasks?{query}"), 400, *places)

    @pytest.mark.parametrize("query", ["=1", "=", "colour=%FF", "%FF=1", "colour=%00", "%zz"])
    def test_nonsense_is_refused(self, miguel: TestClient, query: str) -> None:
        response = miguel.get(f"/tasks?{query}")
        assert response.status_code == 400, response.text

    def test_a_long_name_is_not_sent_back(self, miguel: TestClient) -> None:
        response = miguel.get(f"/tasks?{'secret' * 200}=1")
        assert response.status_code == 400
        assert "secret" * 20 not in response.text

    @pytest.mark.parametrize(
        ("method", "path", "members"),
        [
            ("GET", "/tasks", None),
            ("POST", "/tasks", {"title": "Read a book"}),
            ("GET", "/tasks/1", None),
            ("PUT", "/tasks/1", {"done": True}),
            ("DELETE", "/tasks/1", None),
            ("POST", "/users", SUSAN),
            ("GET", "/users/miguel", None),
            ("PUT", "/users/miguel", {"email": "miguel@example.com"}),
            ("DELETE", "/users/miguel", None),
            ("GET", "/healthz", None),
        ],
    )
    def test_no_operation_overlooks_an_unknown_parameter(
        self, miguel: TestClient, method: str, path: str, members: dict[str, str] | None
    ) -> None:
        response = miguel.request(method, f"{path}?colour=blue", json=members)
        assert_refused(response, 400, "colour")

    @pytest.mark.parametrize("query", ["_", "_=", "_=123456", "_=123456&_=123457", "_=%C3%A9"])
    def test_a_get_may_have_jquerys_cache_buster(self, miguel: TestClient, query: str) -> None:
        assert miguel.get(f"/tasks?{query}").json() == miguel.get("/tasks").json()

    @pytest.mark.parametrize(
        ("method", "path", "members"),
        [
            ("POST", "/tasks", {"title": "Read a book"}),
            ("PUT", "/tasks/1", {"done": True}),
            ("DELETE", "/tasks/1", None),
        ],
    )
    def test_only_a_get_may(
        self, miguel: TestClient, method: str, path: str, members: dict[str, str] | None
    ) -> None:
        assert_refused(miguel.request(method, f"{path}?_=123456", json=members), 400, "_")


class TestSizes:
    """The limits on size."""

    def test_a_body_of_128_kib_is_read(self, miguel: TestClient) -> None:
        text = b'{"id": 1}'.ljust(128 * 1024)
        assert miguel.put("/tasks/1", content=text, headers=JSON).status_code == 200

    @pytest.mark.parametrize("size", [128 * 1024 + 1, 10_000_000])
    @pytest.mark.parametrize("chunked", [False, True])
    def test_more_is_refused(self, miguel: TestClient, size: int, *, chunked: bool) -> None:
        text = b'{"id": 1}'.ljust(size)
        content = iter([text[:1_000], text[1_000:]]) if chunked else text
        assert_refused(miguel.put("/tasks/1", content=content, headers=JSON), 413)

    def test_a_body_may_come_in_chunks(self, miguel: TestClient) -> None:
        content = iter([b'{"i', b'd": ', b"1}"])
        assert miguel.put("/tasks/1", content=content, headers=JSON).status_code == 200

    def test_a_url_over_8_kib_is_refused(self, miguel: TestClient) -> None:
        assert_refused(miguel.get("/tasks?_=" + "x" * 8 * 1024), 414)

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"X-Long": "x" * 16 * 1024}, id="16 KiB"),
            pytest.param({f"X-{number}": "x" for number in range(64)}, id="64 and the others"),
        ],
    )
    def test_header_fields_beyond_the_limits_are_refused(
        self, miguel: TestClient, headers: dict[str, str]
    ) -> None:
        assert_refused(miguel.get("/tasks", headers=headers), 431)


BAD_PASSWORDS = [
    pytest.param("", id="empty"),
    pytest.param("7 chars", id="too short"),
    pytest.param("e\u0301" * 7, id="too short when composed"),
    pytest.param("x" * 129, id="too long"),
    pytest.param("tab\tin the middle", id="a tab"),
    pytest.param("an escape \x1b", id="a control character"),
    pytest.param("next\x85line, C1", id="a C1 control character"),
    pytest.param("password", id="common"),
    pytest.param("PassWord", id="common in other letters"),
    pytest.param("12345678", id="common digits"),
    pytest.param(12345678, id="a number"),
    pytest.param(None, id="null"),
    pytest.param(["a boa and a king cobra"], id="an array"),
]

BAD_EMAILS = ["", " ", "miguel", "@", "miguel@", "@example.com", "a@b@c", "a b@example.com"]


class TestMembersOfAUser:
    """The values that members accept; a value may break several rules, a sentence each."""

    @pytest.mark.parametrize(
        "username",
        [
            "",
            "x" * 65,
            "Susan",
            "su san",
            " susan",
            "susan\n",
            ".susan",
            "susan-",
            "_",
            "süsan",
            "su/san",
            "su:san",
            "susan@example.com",
            "сусан",
            "\u0661",
            1,
            None,
            ["susan"],
        ],
        ids=shortened,
    )
    def test_a_bad_username_is_refused(self, miguel: TestClient, username: object) -> None:
        response = miguel.post("/users", json=SUSAN | {"username": username})
        assert_refused_at(response, "/username")

    @pytest.mark.parametrize("password", BAD_PASSWORDS)
    def test_a_bad_password_is_refused(self, miguel: TestClient, password: object) -> None:
        assert_refused_at(miguel.post("/users", json=SUSAN | {"password": password}), "/password")
        changes = {"password": password, "current_password": PASSWORD}
        assert_refused_at(miguel.put("/users/miguel", json=changes), "/password")

    @pytest.mark.parametrize("password", ["susan.green", "Susan.Green"])
    def test_the_username_is_no_password(self, miguel: TestClient, password: str) -> None:
        body = {"username": "susan.green", "password": password}
        assert_refused_at(miguel.post("/users", json=body), "/password")

    @pytest.mark.parametrize("email", [*BAD_EMAILS, 1, ["a@example.com"], {}, False], ids=shortened)
    def test_a_bad_email_address_is_refused(self, miguel: TestClient, email: object) -> None:
        assert_refused_at(miguel.post("/users", json=SUSAN | {"email": email}), "/email")
        assert_refused_at(miguel.put("/users/miguel", json={"email": email}), "/email")

    @pytest.mark.parametrize("length", [255, 5_000])
    def test_an_over_long_email_address_is_refused(self, miguel: TestClient, length: int) -> None:
        email = "@example.com".rjust(length, "m")
        assert_refused_at(miguel.put("/users/miguel", json={"email": email}), "/email")

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, ["/username", "/password"]),
            ({"username": "susan"}, ["/password"]),
            ({"password": SUSAN["password"]}, ["/username"]),
            (SUSAN | {"admin": True}, ["/admin"]),
            (SUSAN | {"id": 1, "uri": "/"}, ["/id", "/uri"]),
            (SUSAN | {"current_password": "x"}, ["/current_password"]),
        ],
        ids=shortened,
    )
    def test_a_new_user_needs_a_name_and_a_password_and_no_more(
        self, miguel: TestClient, body: dict[str, object], places: list[str]
    ) -> None:
        assert_refused(miguel.post("/users", json=body), 400, *places)

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, [""]),
            ({"id": 1}, ["/id"]),
            ({"admin": True}, ["/admin"]),
            ({"username": "susan"}, ["/username"]),
            ({"username": None}, ["/username"]),
            ({"uri": 1}, ["/uri"]),
            ({"current_password": 1}, ["/current_password"]),
            ({"current_password": None}, ["/current_password"]),
            ({"current_password": "x" * 129}, ["/current_password"]),
            ({"password_hash": "x", "email": 1}, ["/password_hash", "/email"]),
        ],
        ids=shortened,
    )
    def test_changes_are_some_and_of_known_members(
        self, miguel: TestClient, body: dict[str, object], places: list[str]
    ) -> None:
        assert_refused(miguel.put("/users/miguel", json=body), 400, *places)

    @pytest.mark.parametrize("password", ["password", "Secret", "secret" * 30, "Secret\t of mine"])
    def test_no_answer_repeats_the_password(self, miguel: TestClient, password: str) -> None:
        response = miguel.post("/users", json=SUSAN | {"password": password})
        assert response.status_code == 400
        details = [fault["detail"] for fault in response.json()["errors"]]
        assert json.dumps(password) not in json.dumps(details)


class TestCredentials:
    """Bad credentials; the answer never says what is bad about them."""

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            pytest.param("miguel", "wrong horse battery", id="a wrong password"),
            pytest.param("miguel", PASSWORD.upper(), id="in other letters"),
            pytest.param("miguel", f"{PASSWORD} ", id="with a space behind"),
            pytest.param("miguel", "", id="no password"),
            pytest.param("Miguel", PASSWORD, id="another username"),
            pytest.param("nobody", PASSWORD, id="an unknown user"),
            pytest.param("miguel\0", PASSWORD, id="NUL"),
            pytest.param("miguel", "x" * 5_000, id="very long"),
        ],
    )
    def test_wrong_ones_are_refused_all_alike(
        self, app: ContractApp, username: str, password: str
    ) -> None:
        assert_unknown(client_of(app, username, password).get("/tasks"))

    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Basic",
            "Basic ",
            "Basic !",
            "Basic Og==",  # only a colon
            "Basic bWlndWVs",  # miguel, and no colon
            "Basic /w==",  # not UTF-8
            "Digest username=miguel",
        ],
    )
    def test_what_is_neither_basic_nor_a_token_is_refused(
        self, app: ContractApp, authorization: str
    ) -> None:
        # Each from elsewhere, since one who fails too often has to wait.
        address = f"192.0.2.{len(authorization)}"
        headers = {"Authorization": authorization}
        assert_unknown(client_of(app, address=address).get("/tasks", headers=headers))


def assert_refused(response: httpx2.Response, status: int, *places: str) -> None:
    """Assert a refusal that says what was wrong."""
    assert_problem(response, status, *places)
    assert response.json()["detail"].endswith(".")


def assert_refused_at(response: httpx2.Response, place: str) -> None:
    """Assert a refusal that names only this place, for any number of reasons."""
    assert response.status_code == 400, response.text
    assert_refused(response, 400, *[place] * len(response.json()["errors"]))
    assert response.json()["errors"]


def assert_unknown(response: httpx2.Response) -> None:
    """Assert the answer to a client whose credentials are missing or wrong."""
    assert_problem(response, 401)
    assert response.json() == {"error": "Unauthorized access", "code": "unauthorized"}
    realm = 'realm="Authentication Required"'
    challenges = f'Basic {realm}, charset="UTF-8", Bearer {realm}'
    assert response.headers["WWW-Authenticate"] == challenges
