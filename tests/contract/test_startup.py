"""Start-up: a document that cannot be served is refused with one sentence that names the place."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.asgi import call
from tests.support.documents import HEAD, served
from todo_api.contract import BrokenDocumentError, ContractApp, Document, TagResolver, Workers


def nothing() -> dict[str, Any]:
    return {}


def get_lamp(lamp: str) -> dict[str, Any]:
    return {"lamp": lamp}


def get_user(user: str) -> dict[str, Any]:
    return {"user": user}


def light(body: dict[str, Any]) -> dict[str, Any]:
    return body


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "nothing": nothing,
    "get_lamp": get_lamp,
    "get_user": get_user,
    "light": light,
}


def refusal(text: str) -> str:
    """Return the sentence by which a document is refused."""
    fine = "security: [], responses: {'200': {description: Fine.}}"
    with (
        pytest.raises(BrokenDocumentError) as refused,
        served(text.replace("FINE", fine), FUNCTIONS),
    ):
        pass  # pragma: no cover
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (
            "{/a: {get: {operationId: nothing, FINE}, put: {operationId: nothing, FINE}}}",
            "operationId nothing stands at 2",
        ),
        ("{/a: {get: {operationId: blow, FINE}}}", "blow"),
        ("{/a: {get: {operationId: get_lamp, FINE}}}", "get_lamp: nothing provides lamp"),
        ("{/a: {get: {operationId: light, FINE}}}", "light: nothing provides body"),
        ("{/a: {get: {FINE}}}", "get /a"),
        ("{/a: {get: {operationId: nothing, security: []}}}", "/a/get: 'responses' is a required"),
        (
            "{/a: {get: {operationId: nothing, responses: {'200': {description: .}}}}}",
            "nothing: state its security",
        ),
        ("{/a: {get: []}}", "/a/get"),
        ("{/a: {}}", "operation"),
        ("{/a: []}", "/a"),
        ("{}", "operation"),
        ("[]", "paths"),
        ("{a: {get: {operationId: nothing, FINE}}}", "paths"),
    ],
)
def test_paths_that_cannot_be_served_are_refused(paths: str, words: str) -> None:
    assert words in refusal(f"paths: {paths}")


@pytest.mark.parametrize(
    ("name", "parameter", "words"),
    [
        (
            "nothing",
            "name: lamp, schema: {type: string}",
            "nothing: its function does not take lamp",
        ),
        ("get_user", "name: user, schema: {type: string}", "get_user: user is also provided"),
        (
            "get_lamp",
            "name: lamp, style: pipeDelimited, schema: {type: array, items: {}}",
            "get_lamp: the style of lamp",
        ),
        ("get_lamp", "name: lamp, schema: {type: integer, default: many}", "must be an integer"),
        ("get_lamp", "name: lamp, schema: {type: string, pattern: (}", "get_lamp"),
        ("get_lamp", "name: lamp, schema: {type: integer}, example: many", "must be an integer"),
        ("get_lamp", "name: lamp, schema: {type: integer, example: many}", "must be an integer"),
        ("get_lamp", "name: lamp, schema: {$ref: '#/components/schemas/Lost'}", "Lost"),
    ],
)
def test_a_parameter_that_cannot_be_served_is_refused(
    name: str, parameter: str, words: str
) -> None:
    parameters = f"parameters: [{{in: query, {parameter}}}]"
    assert words in refusal(f"paths: {{/a: {{get: {{operationId: {name}, {parameters}, FINE}}}}}}")


@pytest.mark.parametrize(
    ("media_type", "words"),
    [
        ("application/xml: {}", "light: a body of application/xml"),
        ("application/json: {schema: {type: text}}", "'text'"),
        ("application/json: {schema: {type: string, pattern: (}}", "light"),
        ("application/json: {schema: {type: integer}, example: many}", "must be an integer"),
        (
            "application/json: {schema: {type: integer}, examples: {one: {value: many}}}",
            "examples/one is not valid: This must be an integer",
        ),
        ("application/json: {schema: {type: integer, example: many}}", "must be an integer"),
        (
            "application/json: {schema: {properties: {a: {type: integer}}, example: {a: many}}}",
            "at /a: This must be an integer",
        ),
    ],
)
def test_a_body_that_cannot_be_served_is_refused(media_type: str, words: str) -> None:
    body = f"requestBody: {{content: {{{media_type}}}}}"
    assert words in refusal(f"paths: {{/a: {{post: {{operationId: light, {body}, FINE}}}}}}")


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ("{discriminator: {propertyName: kind}}", "discriminator"),
        ("{type: string, format: postcode}", "postcode"),
    ],
)
def test_a_schema_keyword_that_is_not_enforced_is_refused(schema: str, keyword: str) -> None:
    body = f"requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}"
    assert keyword in refusal(f"paths: {{/a: {{post: {{operationId: light, {body}, FINE}}}}}}")


def test_a_member_may_have_the_name_of_a_schema_keyword() -> None:
    named = "{properties: {default: {type: integer}, example: {type: integer}, schema: {}}}"
    response = f"{{description: Fine., content: {{application/json: {{schema: {named}}}}}}}"
    operation = f"operationId: nothing, security: [], responses: {{default: {response}}}"
    with served(f"paths: {{/a: {{get: {{{operation}}}}}}}", FUNCTIONS) as app:
        assert call(app, "GET", "/a").status_code == 200


def test_a_parameter_that_is_named_like_the_body_is_refused() -> None:
    text = """
paths:
  /a:
    post:
      operationId: light
      parameters: [{name: body, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {}}}
      security: []
      responses: {'200': {description: Fine.}}
"""
    assert "light: body" in refusal(text)


def test_a_schema_that_contains_itself_is_refused_by_name() -> None:
    text = """
paths:
  /a:
    post:
      operationId: light
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}
      security: []
      responses: {'200': {description: Fine.}}
components:
  schemas:
    Tree: {type: object, properties: {left: {$ref: '#/components/schemas/Tree'}}}
"""
    assert "Tree" in refusal(text)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("swagger: '2.0'\ninfo: {title: A, version: '1'}", "OpenAPI 3.0"),
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}", "OpenAPI 3.0"),
        ("openapi: three\ninfo: {title: A, version: '1'}", "OpenAPI 3.0"),
        ("openapi: 3.0\ninfo: {title: A, version: '1'}", "OpenAPI 3.0"),
        ("info: {title: A, version: '1'}", "OpenAPI 3.0"),
        ("openapi: 3.0.3", "info"),
    ],
)
def test_a_document_of_another_kind_is_refused(head: str, words: str) -> None:
    operation = "{operationId: get_lamp, security: [], responses: {'200': {description: .}}}"
    document = Document(f"{head}\npaths: {{/a: {{get: {operation}}}}}")
    app = ContractApp(__name__)
    with pytest.raises(BrokenDocumentError, match=words):
        app.add_api(document, resolver=TagResolver("nowhere"), workers=Workers(1))


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ("tags: [lamps]", "get_sun"),
        ("tags: [suns]", "get_lamp"),
        ("tags: []", "get_lamp"),
    ],
)
def test_a_function_that_is_missing_from_the_tags_module_is_named(tags: str, name: str) -> None:
    operation = (
        f"{{operationId: {name}, {tags}, security: [], responses: {{'200': {{description: .}}}}}}"
    )
    document = Document(f"{HEAD}paths: {{/a: {{get: {operation}}}}}")
    app = ContractApp(__name__)
    with pytest.raises(BrokenDocumentError, match=name):
        app.add_api(document, resolver=TagResolver("tests.contract.lighthouse"), workers=Workers(1))


def test_an_operations_parameter_replaces_its_paths() -> None:
    text = """
paths:
  /a:
    parameters: [{name: lamp, in: query, schema: {type: integer}}]
    get:
      operationId: get_lamp
      parameters: [{name: lamp, in: query, schema: {type: string}}]
      security: []
      responses: {'200': {description: Fine.}}
"""
    with served(text, FUNCTIONS) as app:
        assert call(app, "GET", "/a?lamp=north").json() == {"lamp": "north"}
