"""Media types: every spelling of RFC 9110, and what an ``Accept`` allows and prefers."""

import time

import pytest

from todo_api.contract.http.media import parse_media_type, prefers_problem_json, quality


@pytest.mark.parametrize(
    ("value", "name", "parameters"),
    [
        (b"application/json", "application/json", {}),
        (b"Application/JSON", "application/json", {}),
        (b"  application/json\t", "application/json", {}),
        (b"application/json;", "application/json", {}),
        (b"application/json ; ; ", "application/json", {}),
        (b"application/json;charset=utf-8", "application/json", {"charset": "utf-8"}),
        (b"application/json ; charset=utf-8", "application/json", {"charset": "utf-8"}),
        (b"application/json;\tCharset=UTF-8", "application/json", {"charset": "UTF-8"}),
        (b'application/json; charset="utf-8"', "application/json", {"charset": "utf-8"}),
        (b'a/b; p="http://x/y"; q=1', "a/b", {"p": "http://x/y", "q": "1"}),
        (b'a/b; p="say \\"hi\\"; now"', "a/b", {"p": 'say "hi"; now'}),
        (b'a/b; p=""', "a/b", {"p": ""}),
        (b"application/merge-patch+json", "application/merge-patch+json", {}),
        (b"a!#$%&'*+.^_`|~/b", "a!#$%&'*+.^_`|~/b", {}),
    ],
)
def test_a_content_type_may_be_spelt_like_this(
    value: bytes, name: str, parameters: dict[str, str]
) -> None:
    assert parse_media_type(value) == (name, parameters)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"json",
        b"application/",
        b"/json",
        b"application /json",
        b"application/json charset=utf-8",
        b"application/json, text/plain",
        b"application/json; charset",
        b"application/json; charset=",
        b"application/json; charset =utf-8",
        b"application/json; charset= utf-8",
        b'application/json; p="open',
        b"application/json; p=\xe9",
        b"application/\xe9",
        b"a/b/c",
        b"a/b\n",
    ],
)
def test_any_other_content_type_is_malformed(value: bytes) -> None:
    assert parse_media_type(value) is None


@pytest.mark.parametrize(
    ("accept", "weight"),
    [
        (None, 1.0),
        (b"", 1.0),
        (b"nonsense", 1.0),
        (b"*/*", 1.0),
        (b"*/*;q=0.1", 0.1),
        (b"application/*", 1.0),
        (b"application/json", 1.0),
        (b"APPLICATION/JSON", 1.0),
        (b"application/json;q=0", 0.0),
        (b"application/json; q=0.", 0.0),
        (b"application/json; Q=0.25", 0.25),
        (b"application/json;q=1.000", 1.0),
        (b"application/json; version=2", 1.0),
        (b'application/json; p="a, b;q=0"; q=0.5', 0.5),
        (b"text/html", 0.0),
        (b"text/*, image/png", 0.0),
        (b"text/html, */*;q=0.8", 0.8),
        (b"text/html,application/json;q=0.9", 0.9),
        (b"application/json;q=0, */*", 0.0),
        (b"application/*;q=0.3, */*;q=0.9", 0.3),
        (b", ,application/json;q=0.4,", 0.4),
    ],
)
def test_accept_gives_json_a_weight(accept: bytes | None, weight: float) -> None:
    assert quality(accept, "application/json") == weight


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [
        (None, False),
        (b"*/*", False),
        (b"application/*", False),
        (b"application/json", False),
        (b"application/problem+json", True),
        (b"Application/Problem+JSON", True),
        (b"application/problem+json;q=0.5", True),
        (b"application/problem+json;q=0", False),
        (b"application/problem+json;q=0.9, application/json;q=0.8", True),
        (b"application/json, application/problem+json;q=0.5", False),
        # Generated clients name both; the error types they check are those of plain JSON.
        (b"application/json, application/problem+json", False),
    ],
)
def test_accept_asks_for_problems(accept: bytes | None, preferred: bool) -> None:  # noqa: FBT001 - a table
    assert prefers_problem_json(accept) is preferred


@pytest.mark.parametrize(
    ("head", "repeated", "tail"),
    [
        pytest.param(b"a/a", b"; ", b"@", id="empty parameters"),
        pytest.param(b"a/a", b" ;\t ", b"@", id="white space"),
        pytest.param(b"a/a", b';a=b;a="b"', b"@", id="parameters"),
        pytest.param(b'"', b'\\"', b"", id="quotes"),
        pytest.param(b'a/a;a="', b'\\"', b"", id="an open quote"),
        pytest.param(b"a/a;", b'a="', b"", id="open quotes"),
        pytest.param(b"", b"a", b"", id="a long word"),
        pytest.param(b"", b" ", b"@", id="blanks"),
        pytest.param(b"", b",", b"", id="commas"),
        pytest.param(b"", b"a/a;q=0,", b"", id="many ranges"),
    ],
)
def test_no_header_of_16_kib_takes_long_to_read(head: bytes, repeated: bytes, tail: bytes) -> None:
    times = 10
    while len(repeated) * times < 16 * 1024:
        value = head + repeated * times + tail
        start = time.process_time()
        parse_media_type(value)
        quality(value, "application/json")
        assert time.process_time() - start < 0.1, f"{len(value)} bytes"
        times += 1 + times // 10
