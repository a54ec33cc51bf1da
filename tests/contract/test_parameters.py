"""Parameters: from the text of a request to a function's arguments."""

from typing import Any

import pytest

from tests.support.requests import request
from todo_api.contract import BrokenDocumentError, Problem
from todo_api.contract.inputs.parameters import Parameter, Parameters

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}


def query_parameter(schema: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"name": "p", "in": "query", "schema": schema, **more}


def read(schema: dict[str, Any], query: str, **more: object) -> object:
    """Read a query with the one parameter ``p``."""
    return Parameters([query_parameter(schema, **more)], "find").read(request(query), {})["p"]


def sentence_of(schema: dict[str, Any], query: str, **more: object) -> str:
    """Return what is said of the one fault in a query."""
    with pytest.raises(Problem) as refused:
        read(schema, query, **more)
    [fault] = refused.value.faults
    return str(fault["detail"])


@pytest.mark.parametrize(
    ("schema", "query", "value"),
    [
        (INTEGER, "p=0", 0),
        (INTEGER, "p=-7", -7),
        (INTEGER, "p=9223372036854775807", 2**63 - 1),
        (NUMBER, "p=1", 1.0),
        (NUMBER, "p=-0.5", -0.5),
        (BOOLEAN, "p=true", True),
        (TEXT, "p=1", "1"),
        (TEXT, "p", ""),
        (TEXT, "p=", ""),
        (TEXT, "p=a+b", "a b"),
        (TEXT, "p=a%20b", "a b"),
        (TEXT, "p=a%2Bb", "a+b"),
        (TEXT, "p=a=b", "a=b"),
        (TEXT, "p=%26%3D", "&="),
        (TEXT, "p=a;b", "a;b"),
        (TEXT, "p=100%", "100%"),
        (TEXT, "p=%C3%A9", "é"),
        (TEXT, "%70=1", "1"),
        (TEXTS, "p=a", ["a"]),
        (TEXTS, "p=b&p=a&p=b", ["b", "a", "b"]),
        (TEXTS, "p=a,b", ["a,b"]),
        ({"type": "array", "items": INTEGER}, "p=1&p=2", [1, 2]),
        (TEXT, "", None),
        (TEXTS, "", None),
        ({**INTEGER, "default": 20}, "", 20),
        ({**TEXTS, "default": ["a"]}, "", ["a"]),
    ],
)
def test_a_text_becomes_a_value_of_the_schemas_type(
    schema: dict[str, Any], query: str, value: object
) -> None:
    found = read(schema, query)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("schema", "query"),
    [
        (INTEGER, "p=1_0"),
        (INTEGER, "p=%D9%A1"),
        (INTEGER, "p=+5"),
        (INTEGER, "p=%2B5"),
        (INTEGER, "p=05"),
        (INTEGER, "p=5.0"),
        (INTEGER, "p=5e0"),
        (INTEGER, "p=0x5"),
        (INTEGER, "p="),
        (INTEGER, "p=5%0A"),
        (INTEGER, "p=" + "5" * 5000),
        (INTEGER, "p=1&p=2"),
        (TEXT, "p=1&p=1"),
        (NUMBER, "p=nan"),
        (NUMBER, "p=inf"),
        (NUMBER, "p=1e999"),
        (NUMBER, "p=.5"),
        (BOOLEAN, "p=1"),
        (BOOLEAN, "p=yes"),
        ({"type": "array", "items": INTEGER}, "p=1&p=a"),
        ({**TEXTS, "uniqueItems": True}, "p=a&p=a"),
        ({**TEXTS, "maxItems": 1}, "p=a&p=b"),
    ],
)
def test_a_text_of_another_type_is_refused(schema: dict[str, Any], query: str) -> None:
    with pytest.raises(Problem) as refused:
        read(schema, query)
    assert refused.value.status == 400
    assert [fault["parameter"] for fault in refused.value.faults] == ["p"]


def test_a_plus_that_should_have_been_encoded_is_explained() -> None:
    instant = {"type": "string", "format": "date-time"}
    told = sentence_of(instant, "p=2026-11-24T10:00:00+01:00")
    assert told == "In a URL, + stands for a space: write it as %2B."
    assert read(instant, "p=2026-11-24T10:00:00%2B01:00")


def test_a_form_is_described_by_the_schema_or_else_by_the_parameter() -> None:
    digits = {"type": "string", "pattern": "^[0-9]+$"}
    described = {**digits, "description": "Digits. As many as you like."}
    prefix = "This does not have the required form: "
    assert sentence_of(digits, "p=x") == prefix + "see the document."
    assert sentence_of(digits, "p=x", description="A count.") == prefix + "A count."
    assert sentence_of(described, "p=x", description="A count.") == prefix + "Digits."


@pytest.mark.parametrize("query", ["p[]=a", "p%5B%5D=a", "p[0]=a", "p[eq]=a"])
def test_a_name_with_brackets_is_told_to_go_without(query: str) -> None:
    told = "There is no such parameter here: write p=, without brackets."
    assert sentence_of(TEXTS, query) == told


@pytest.mark.parametrize("query", ["q[]=a", "[p]=a", "pp=a", "[]=a"])
def test_another_unknown_name_is_only_called_unknown(query: str) -> None:
    assert sentence_of(TEXTS, query) == "There is no such parameter here."


@pytest.mark.parametrize("query", ["p=a&", "&p=a", "p=a&&", "&&p=a&&"])
def test_nothing_beside_an_ampersand_is_nothing(query: str) -> None:
    assert read(TEXT, query) == read(TEXT, "p=a")


@pytest.mark.parametrize(
    "query", ["p=%FF", "%FF=1", "p=\xff", "p=%ED%A0%80", "p=a%00", "_=%FF", "=1"]
)
def test_a_query_that_is_not_text_is_refused(query: str) -> None:
    with pytest.raises(Problem) as refused:
        read(TEXT, query)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("method", "query", "unknown"),
    [
        ("GET", "_=1", []),
        ("HEAD", "_=1", []),
        ("GET", "_=1&_=2", []),
        ("GET", "_", []),
        ("POST", "_=1", ["_"]),
        ("DELETE", "_=1", ["_"]),
        ("GET", "__=1", ["__"]),
        ("GET", "q=1&Q=2", ["q", "Q"]),
        ("GET", "%00=1", ["\0"]),
    ],
)
def test_unknown_parameters_are_refused_except_those_ignored_in_a_get(
    method: str, query: str, unknown: list[str]
) -> None:
    nothing = Parameters([], "find", ignored=["_"])
    asked = request(query, method=method)
    if not unknown:
        assert nothing.read(asked, {}) == {}
        return
    with pytest.raises(Problem) as refused:
        nothing.read(asked, {})
    assert [fault["parameter"] for fault in refused.value.faults] == unknown


def test_a_parameter_that_the_document_declares_is_never_ignored() -> None:
    definition = {"name": "_", "in": "query", "schema": INTEGER}
    parameters = Parameters([definition], "find", ignored=["_"])
    assert parameters.read(request("_=1"), {}) == {"_": 1}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_without_a_convention_no_parameter_is_ignored(method: str) -> None:
    with pytest.raises(Problem) as refused:
        Parameters([], "find").read(request("_=1", method=method), {})
    assert [fault["parameter"] for fault in refused.value.faults] == ["_"]


def test_requests_do_not_share_a_default() -> None:
    parameters = Parameters([query_parameter({**TEXTS, "default": []})], "find")
    parameters.read(request(), {})["p"].append("mine")
    assert parameters.read(request(), {}) == {"p": []}


def test_a_header_becomes_an_argument_with_a_python_name() -> None:
    definition = {"name": "If-None-Match", "in": "header", "schema": TEXT}
    parameters = Parameters([definition], "find")
    assert parameters.read(request("", (b"if-none-match", b"*")), {}) == {"if_none_match": "*"}
    assert parameters.read(request(), {}) == {"if_none_match": None}


def test_any_other_parameter_keeps_the_name_of_the_document() -> None:
    definitions: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": TEXT} for name in ("pageSize", "page")
    ]
    assert Parameters(definitions, "find").arguments == ["pageSize", "page"]


def test_a_header_that_is_sent_twice_is_one_list() -> None:
    definition = {"name": "If-Match", "in": "header", "schema": TEXT}
    asked = request("", (b"if-match", b'"1"'), (b"if-match", b'"2"'))
    assert Parameters([definition], "find").read(asked, {}) == {"if_match": '"1", "2"'}


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"name": "p", "in": "cookie", "schema": TEXT}, id="cookie"),
        pytest.param({"name": "p", "in": "query", "content": {}}, id="content"),
        pytest.param(query_parameter(TEXTS, explode=False), id="comma-separated"),
        pytest.param(query_parameter(TEXTS, style="pipeDelimited"), id="pipes"),
        pytest.param(query_parameter(TEXTS, style="spaceDelimited"), id="spaces"),
        pytest.param(query_parameter({"type": "object"}, style="deepObject"), id="deep object"),
        pytest.param(query_parameter({"type": "object"}), id="object"),
        pytest.param({"name": "p", "in": "path", "schema": TEXT, "style": "label"}, id="label"),
        pytest.param({"name": "p", "in": "path", "schema": TEXT, "style": "matrix"}, id="matrix"),
        pytest.param({"name": "p", "in": "path", "schema": TEXTS}, id="array in a path"),
        pytest.param(
            {"name": "p", "in": "path", "schema": TEXTS, "explode": True},
            id="exploded array in a path",
        ),
        pytest.param({"name": "p", "in": "header", "schema": TEXTS}, id="array in a header"),
        pytest.param(
            {"name": "p", "in": "header", "schema": TEXTS, "explode": True},
            id="exploded array in a header",
        ),
    ],
)
def test_a_style_that_is_not_supported_stops_the_start(definition: dict[str, Any]) -> None:
    with pytest.raises(BrokenDocumentError, match=r"^find: .*p"):
        Parameter(definition, "find")


def test_two_parameters_for_one_argument_stop_the_start() -> None:
    definitions: list[dict[str, Any]] = [
        {"name": "id", "in": "path", "required": True, "schema": TEXT},
        {"name": "id", "in": "query", "schema": TEXT},
    ]
    with pytest.raises(BrokenDocumentError, match=r"^find: .*id"):
        Parameters(definitions, "find")
