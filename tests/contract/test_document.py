"""The document: read as data, served as it was written."""

import json
from pathlib import Path

import pytest

from tests.support.asgi import call
from tests.support.documents import HEAD, served
from tests.support.problems import assert_problem
from todo_api.contract import BrokenDocumentError, Document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ braces }}".join("''"), "{{ braces }}"),
        ("'{% raw %}'", "{% raw %}"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T07:00:00Z", "2026-11-22T07:00:00Z"),
        ("2026-11-22 07:00:00", "2026-11-22 07:00:00"),
        ("07:30:00", "07:30:00"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("on", "on"),
        ("no", "no"),
        ("1.0", 1.0),
        ("'1.0'", "1.0"),
        ("~", None),
        ("true", True),
        ("9007199254740993", 9007199254740993),
        ("naïve 🥛", "naïve 🥛"),
    ],
)
def test_a_scalar_is_read_by_the_rules_of_json(text: str, value: object) -> None:
    document = Document(f"example: {text}")
    assert document.data["example"] == value
    assert type(document.data["example"]) is type(value)
    assert json.loads(document.json) == {"example": value}


def test_the_yaml_is_served_to_the_byte() -> None:
    text = "# A comment.\nopenapi:  3.0.3   # and another\n"
    assert Document(text).yaml == text.encode()


def test_a_number_as_a_name_is_text_in_json() -> None:
    assert json.loads(Document("responses: {200: {}}").json) == {"responses": {"200": {}}}


def test_json_is_yaml_too() -> None:
    assert Document('{"a": {"$ref": "#/b"}}').data == {"a": {"$ref": "#/b"}}


def test_anchors_and_merges_are_data() -> None:
    text = "a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}\n"
    assert Document(text).data["b"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3\n", "'a' is written twice"),
        ("paths:\n  /x:\n    get: 1\n    get: 2\n", "Below line 3, 'get' is written twice"),
        ("responses: {200: 1, '200': 2}", "'200' is written twice"),
        ('{"a": 1, "a": 1}', "'a' is written twice"),
        ("a: [1", "not YAML"),
        ("a: !!python/name:os.system", "not YAML"),
        ("? [a]\n: b", "YAML"),
        ("a: &a [*a]", "not"),
        ("a: \0", "not YAML"),
        ("", "not an object"),
        ("- a", "not an object"),
        ("a: 1\n---\na: 2\n", "not YAML"),
        pytest.param(f"a: {'[' * 300}{']' * 300}", "not JSON data", id="deep"),
    ],
)
def test_text_that_is_no_document_is_refused_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(BrokenDocumentError, match=sentence):
        Document(text)


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not UTF-8", "missing"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "log.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BrokenDocumentError, match=r"log\.yaml"):
        Document.read(path)


TEXT = """\
servers: [{url: /v1}]
paths:
  /lamp:
    get:
      operationId: see
      security: []
      responses: {200: {$ref: '#/components/responses/Lit'}}
components:
  responses: {Lit: {description: 'It shows {{ colour }}.'}}
"""


def see() -> dict[str, str]:
    return {}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("openapi.json", "application/json"), ("openapi.yaml", "application/yaml")],
)
def test_the_document_is_served_with_its_named_components(name: str, media_type: str) -> None:
    with served(TEXT, {"see": see}) as app:
        answer = call(app, "GET", f"/v1/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == media_type
        assert "#/components/responses/Lit" in answer.text
        assert "{{ colour }}" in answer.text
        etag = answer.headers["ETag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            unchanged = call(app, "GET", f"/v1/{name}", [("If-None-Match", known)])
            assert unchanged.status_code == 304, known
            assert unchanged.content == b""
            assert unchanged.headers["ETag"] == etag
        for other in ('"other"', f"x{etag}", f'"{etag}', ""):
            changed = call(app, "GET", f"/v1/{name}", [("If-None-Match", other)])
            assert changed.status_code == 200, other
        assert_problem(call(app, "PUT", f"/v1/{name}"), 405)
        assert call(app, "HEAD", f"/v1/{name}").content == b""


def test_the_yaml_is_served_as_it_was_read_but_for_its_servers() -> None:
    with served(TEXT, {"see": see}) as app:
        text = HEAD + TEXT.replace("url: /v1}", "url: http://localhost/v1}")
        assert call(app, "GET", "/v1/openapi.yaml").text == text
