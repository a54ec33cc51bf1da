"""Whatever is sent, the contract layer answers: it never fails and never takes long."""

import json
import time
from urllib.parse import quote_from_bytes

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.asgi import call
from tests.support.requests import request
from todo_api.contract import ContractApp, Problem
from todo_api.contract.document.schema import Schema
from todo_api.contract.http.media import parse_media_type, prefers_problem_json, quality
from todo_api.contract.http.strict_json import JSONTextError, StrictJSON
from todo_api.contract.inputs.parameters import Parameters
from todo_api.contract.inputs.security import read_basic, read_bearer
from todo_api.contract.router import Router

loads = StrictJSON(depth=32, digits=20).loads

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda children: st.lists(children) | st.dictionaries(st.text('abcé"\\/~'), children),
    max_leaves=20,
)
ODD_BYTES = st.text('aZ0;,=/"\\ \t*.+%&_-\xe9\xff\0').map(lambda text: text.encode("latin-1"))


@given(JSON_VALUES, st.booleans())
def test_every_json_value_is_read_as_it_was_written(value: object, escaped: bool) -> None:  # noqa: FBT001
    text = json.dumps(value, ensure_ascii=escaped)
    assert loads(text.encode()) == json.loads(text)


@given(st.binary() | st.text('{}[]:,"\\u0a1-+.eEnNrtf \t').map(str.encode))
@example(b'"\\')
@example(b'[{"a":"')
def test_strict_json_raises_nothing_but_its_own_error(text: bytes) -> None:
    try:
        value = loads(text)
    except JSONTextError as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - most texts are refused, not all
    else:
        assert value == json.loads(text)


@given(st.binary() | ODD_BYTES | ODD_BYTES.map(lambda text: b"/a/" + text))
def test_the_router_never_fails(path: bytes) -> None:
    router = Router()
    for template in ("/a", "/a/{b}", "/a/{b}/c", "/{a}/b"):
        router.add(template)
    found = router.find(path)
    if found is not None:
        assert all(found[1].values())


@given(st.binary() | ODD_BYTES | ODD_BYTES.map(lambda text: b"a/b" + text))
def test_reading_a_media_type_never_fails_nor_takes_long(value: bytes) -> None:
    start = time.process_time()
    parse_media_type(value)
    quality(value, "application/json")
    prefers_problem_json(value)
    assert time.process_time() - start < 0.1


@given(st.binary() | ODD_BYTES)
def test_reading_credentials_never_fails(value: bytes) -> None:
    for field in (value, b"Basic " + value, b"Bearer " + value):
        read_basic(field)
        read_bearer(field)


PARAMETERS = Parameters(
    [
        {"name": "a", "in": "query", "schema": {"type": "integer"}},
        {"name": "_", "in": "query", "schema": {"type": "array", "items": {"type": "number"}}},
    ],
    "find",
)


@given(st.binary() | ODD_BYTES | ODD_BYTES.map(lambda text: b"a=" + text))
def test_reading_a_query_raises_nothing_but_a_problem(query: bytes) -> None:
    try:
        found = PARAMETERS.read(request(query.decode("latin-1")), {})
    except Problem as problem:
        assert problem.status == 400  # noqa: PT017 - most queries are refused, not all
    else:
        assert found.keys() == {"a", "_"}


@given(st.integers() | st.text())
def test_an_integer_has_one_spelling(value: object) -> None:
    query = f"a={quote_from_bytes(str(value).encode('utf-8', 'replace'))}"
    try:
        found = PARAMETERS.read(request(query), {})["a"]
    except Problem:
        return
    assert str(found) == str(value) or str(value) == "-0"


SCHEMA = Schema(
    {
        "type": "object",
        "additionalProperties": {"type": "string", "maxLength": 2, "nullable": True},
        "properties": {"a": {"type": "array", "items": {"enum": [1, None]}, "uniqueItems": True}},
        "required": ["b"],
    }
)


@given(JSON_VALUES)
def test_an_invalid_value_is_explained(value: object) -> None:
    faults = list(SCHEMA.faults(value))
    assert SCHEMA.is_valid(value) is not bool(faults)
    for place, sentence in faults:
        assert place == "" or place.startswith("/")
        assert sentence.startswith("T")
        assert sentence.endswith(".")


NAMES = st.sampled_from(
    ["Accept", "Authorization", "Content-Type", "Content-Encoding", "If-Match", "Host", "X-Watch"]
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["GET", "PATCH", "OPTIONS", "POST"]),
    st.sampled_from([b"/log/entries", b"/log/entries/7", b"/log/lamps/n", b"/nowhere"]),
    ODD_BYTES,
    st.lists(st.tuples(NAMES, ODD_BYTES), max_size=3),
    st.lists(st.binary(max_size=20), max_size=2),
)
def test_no_request_makes_the_server_fail(
    lighthouse: ContractApp,
    method: str,
    path: bytes,
    query: bytes,
    fields: list[tuple[str, bytes]],
    chunks: list[bytes],
) -> None:
    target = path + b"?" + quote_from_bytes(query, safe="%&=+").encode()
    answer = call(lighthouse, method, target, fields, *chunks)
    assert answer.status_code < 500
    assert answer.status_code < 400 or answer.json()["error"]
