"""Which changes of a document break clients, and what the command does about it."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.contract_diff.__main__ import OPENAPI, main, read
from tests.programs.contract_diff.contract import broken_promises

LIBRARY: dict[str, Any] = yaml.safe_load("""
openapi: 3.0.3
info: {title: Library, version: 1.2.3}
servers: [{url: /library}]
security: [{basic: []}]
paths:
  /books:
    get:
      operationId: get_books
      tags: [books]
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100, default: 20}}
      responses:
        '200':
          headers: {ETag: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Books'}}}
        '404': {}
    post:
      operationId: create_book
      tags: [books]
      requestBody: {$ref: '#/components/requestBodies/Book'}
      responses: {'201': {}}
  /status:
    get: {operationId: get_status, security: [], responses: {'200': {}}}
components:
  requestBodies:
    Book: {content: {application/json: {schema: {$ref: '#/components/schemas/NewBook'}}}}
  schemas:
    Books: {type: array, items: {$ref: '#/components/schemas/Book'}}
    Book:
      type: object
      additionalProperties: false
      required: [title, kind, sequels]
      properties:
        title: {$ref: '#/components/schemas/Title'}
        subtitle: {type: string, nullable: true}
        kind: {type: string, enum: [novel, poems]}
        price: {type: number}
        sequels: {$ref: '#/components/schemas/Books'}
    NewBook:
      type: object
      required: [title]
      properties:
        title: {$ref: '#/components/schemas/Title'}
        subtitle: {type: string, nullable: true}
        kind: {type: string, enum: [novel, poems]}
        price: {type: number}
    Title: {type: string, minLength: 1, maxLength: 200, pattern: ^\\S, format: title}
  securitySchemes:
    basic: {type: http, scheme: basic}
    token: {type: http, scheme: bearer}
""")
GONE = object()

GET = "paths /books get"
POST = "paths /books post"
LIMIT = f"{GET} parameters 0"
OK = f"{GET} responses 200"
BODY = "components requestBodies Book"
BOOK = "components schemas Book"
NEW = "components schemas NewBook"
TITLE = "components schemas Title"

SENT = "POST /books, body, application/json#"
RECEIVED = "GET /books, 200, application/json#/*"


def changed(place: str, value: object) -> dict[str, Any]:
    """Return the library with another value at a place, or with none."""
    document = copy.deepcopy(LIBRARY)
    node: Any = document
    *path, last = place.split()
    for name in path:
        node = node[int(name) if isinstance(node, list) else name]
    if isinstance(node, list):
        node[int(last) : int(last) + 1] = [] if value is GONE else [value]
    elif value is GONE:
        del node[last]
    else:
        node[last] = value
    return document


@pytest.mark.parametrize(
    ("place", "value", "promise"),
    [
        # Addresses and names.
        ("servers 0 url", "/v2", "The server /library is gone."),
        ("paths /books", GONE, "GET /books is gone."),
        (POST, GONE, "POST /books is gone."),
        (f"{GET} operationId", "list", "GET /books: operationId was 'get_books' and is 'list'."),
        (f"{GET} tags 0", "all", "GET /books: tags was ['books'] and is ['all']."),
        # Credentials.
        (
            "paths /status get security",
            GONE,
            "GET /status: no credentials are not enough any more.",
        ),
        ("security 0", {"token": []}, "GET /books: basic are not enough any more."),
        ("security 0 token", [], "GET /books: basic are not enough any more."),
        ("security 0 basic", ["write"], "GET /books: basic are not enough any more."),
        (
            "components securitySchemes basic scheme",
            "digest",
            "basic: scheme was 'basic' and is 'digest'.",
        ),
        # Parameters.
        (LIMIT, GONE, "GET /books, query limit is gone."),
        (f"{LIMIT} required", True, "GET /books, query limit has to be sent now."),
        (f"{LIMIT} style", "spaceDelimited", "GET /books, query limit: style has changed."),
        (f"{LIMIT} schema maximum", 50, "GET /books, query limit: maximum was 100 and is 50."),
        (f"{LIMIT} schema minimum", 1, "GET /books, query limit: minimum was None and is 1."),
        (f"{LIMIT} schema default", 10, "GET /books, query limit: default was 20 and is 10."),
        (
            f"{GET} parameters 1",
            {"name": "shelf", "in": "query", "required": True},
            "GET /books, query shelf has to be sent now.",
        ),
        (
            "paths /books parameters",
            [{"name": "shelf", "in": "header", "required": True}],
            "POST /books, header shelf has to be sent now.",
        ),
        # Bodies.
        (f"{BODY} required", True, "POST /books, body has to be sent now."),
        (f"{BODY} content application/json", GONE, "POST /books, body, application/json is gone."),
        (f"{POST} requestBody", GONE, "POST /books, body, application/json is gone."),
        (f"{NEW} required 1", "kind", f"{SENT}/kind has to be sent now."),
        (f"{NEW} properties price", GONE, f"{SENT}/price is gone."),
        (f"{NEW} additionalProperties", False, f"{SENT} takes no other properties any more."),
        (f"{NEW} properties kind enum", ["poems"], f"{SENT}/kind: enum was"),
        (f"{NEW} properties price enum", [1, 2], f"{SENT}/price: enum was None and is [1, 2]."),
        (f"{NEW} properties price type", "integer", f"{SENT}/price: type was 'number'"),
        (f"{NEW} properties price type", "string", f"{SENT}/price: type was 'number'"),
        (f"{NEW} properties price multipleOf", 5, f"{SENT}/price: multipleOf was None and is 5."),
        (f"{NEW} properties subtitle nullable", GONE, f"{SENT}/subtitle: nullable was True"),
        (f"{NEW} minProperties", 2, f"{SENT}: minProperties was None and is 2."),
        (f"{TITLE} minLength", 2, f"{SENT}/title: minLength was 1 and is 2."),
        (f"{TITLE} maxLength", 100, f"{SENT}/title: maxLength was 200 and is 100."),
        (f"{TITLE} pattern", "^[A-Z]", f"{SENT}/title: pattern was"),
        (f"{NEW} properties title", {"allOf": [{"type": "string"}]}, f"{SENT}/title: allOf was"),
        # Answers.
        (f"{GET} responses 404", GONE, "GET /books, 404 is gone."),
        (f"{OK} headers ETag", GONE, "GET /books, 200, ETag is gone."),
        (f"{OK} headers ETag required", GONE, "GET /books, 200, ETag may be missing now."),
        (f"{OK} headers ETag schema type", GONE, "GET /books, 200, ETag: type was 'string'"),
        (f"{OK} content application/json", GONE, "GET /books, 200, application/json is gone."),
        (f"{BOOK} required 0", GONE, f"{RECEIVED}/title may be missing now."),
        (f"{BOOK} properties price", GONE, f"{RECEIVED}/price is gone."),
        (f"{BOOK} properties price nullable", True, f"{RECEIVED}/price: nullable was None"),
        (f"{BOOK} properties price type", "string", f"{RECEIVED}/price: type was 'number'"),
        (f"{BOOK} properties kind enum 2", "drama", f"{RECEIVED}/kind: enum was"),
        (f"{BOOK} properties kind enum", GONE, f"{RECEIVED}/kind: enum was"),
        (f"{TITLE} maxLength", 300, f"{RECEIVED}/title: maxLength was 200 and is 300."),
        (f"{TITLE} minLength", GONE, f"{RECEIVED}/title: minLength was 1 and is None."),
        (f"{TITLE} format", "uri", f"{RECEIVED}/title: format was 'title' and is 'uri'."),
        (f"{TITLE} pattern", GONE, f"{RECEIVED}/title: pattern was"),
    ],
)
def test_this_change_breaks_clients(place: str, value: object, promise: str) -> None:
    assert any(told.startswith(promise) for told in broken_promises(LIBRARY, changed(place, value)))


def test_another_name_of_a_schema_breaks_the_programs_that_were_generated_from_it() -> None:
    new = changed("components schemas Novel", LIBRARY["components"]["schemas"]["Book"])
    new["components"]["schemas"]["Books"]["items"] = {"$ref": "#/components/schemas/Novel"}
    del new["components"]["schemas"]["Book"]
    assert broken_promises(LIBRARY, new) == ["The schema Book is gone."]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("info description", "Other words."),
        ("servers 1", {"url": "/v2"}),
        ("paths /shelves", {"get": {"responses": {}}}),
        ("paths /books delete", {"responses": {}}),
        ("security 1", {"token": []}),
        ("security 0", {}),
        (f"{LIMIT} schema maximum", 200),
        (f"{LIMIT} schema maximum", GONE),
        (f"{GET} parameters 1", {"name": "shelf", "in": "query"}),
        (f"{GET} responses 304", {}),
        (f"{POST} responses 422", {}),
        (f"{OK} headers Link", {}),
        (f"{OK} content text/csv", {}),
        (f"{BOOK} properties isbn", {"type": "string"}),
        (f"{BOOK} required 3", "price"),
        (f"{BOOK} additionalProperties", True),
        (f"{BOOK} properties kind enum 1", GONE),
        (f"{BOOK} properties price type", "integer"),
        (f"{BOOK} properties price minimum", 0),
        (f"{BOOK} properties subtitle nullable", False),
        (f"{BODY} content text/csv", {}),
        (f"{NEW} properties isbn", {"type": "string"}),
        (f"{NEW} required", GONE),
        (f"{NEW} properties kind enum 2", "drama"),
        (f"{NEW} properties kind enum", GONE),
        (f"{NEW} properties price nullable", True),
        (f"{NEW} properties price type", GONE),
        (f"{NEW} minProperties", 0),
    ],
)
def test_this_change_breaks_no_client(place: str, value: object) -> None:
    assert broken_promises(LIBRARY, changed(place, value)) == []


def test_no_client_of_the_last_release_breaks_unless_the_version_says_so() -> None:
    main(OPENAPI, release=False)


def test_the_document_keeps_its_own_promises() -> None:
    document = read(OPENAPI / "todo.yaml")
    assert broken_promises(document, document) == []


class TestTheCommand:
    """The command, in a folder with a document."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "todo.yaml").write_text(yaml.safe_dump(LIBRARY))
        return tmp_path

    @staticmethod
    def change(folder: Path, place: str, value: object, version: str) -> None:
        document = changed(place, value)
        document["info"]["version"] = version
        (folder / "todo.yaml").write_text(yaml.safe_dump(document))

    def test_has_nothing_to_compare_before_the_first_release(self, folder: Path) -> None:
        assert main(folder, release=False) == "Nothing was released before."

    def test_keeps_what_is_released_to_the_last_byte(self, folder: Path) -> None:
        main(folder, release=True)
        kept = folder / "released" / "1.2.3.yaml"
        assert kept.read_bytes() == (folder / "todo.yaml").read_bytes()
        assert main(folder, release=False) == "1.2.3 breaks no client of 1.2.3."

    def test_refuses_to_break_clients(self, folder: Path) -> None:
        main(folder, release=True)
        self.change(folder, f"{GET} responses 404", GONE, "1.3.0")
        for release in False, True:
            with pytest.raises(SystemExit, match=r"1.3.0 breaks clients of 1.2.3:\n.*404 is gone"):
                main(folder, release=release)
        assert not (folder / "released" / "1.3.0.yaml").exists()

    def test_lets_a_new_major_version_break_clients(self, folder: Path) -> None:
        main(folder, release=True)
        self.change(folder, f"{GET} responses 404", GONE, "2.0.0")
        told = "2.0.0 breaks clients of 1.2.3:\n  GET /books, 404 is gone."
        assert main(folder, release=False) == told

    def test_never_releases_a_version_twice(self, folder: Path) -> None:
        main(folder, release=True)
        with pytest.raises(SystemExit, match=r"1.2.3 is released: raise info.version"):
            main(folder, release=True)

    def test_compares_with_the_highest_version(self, folder: Path) -> None:
        for version in "1.9.0", "1.10.0":
            self.change(folder, "info description", "Other words.", version)
            main(folder, release=True)
        assert main(folder, release=False) == "1.10.0 breaks no client of 1.10.0."
