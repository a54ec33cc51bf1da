"""Strict JSON: every reader of a text gets the same value."""

import math

import pytest

from todo_api.contract.http.strict_json import JSONTextError, StrictJSON

loads = StrictJSON(depth=32, digits=20).loads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"null", None),
        (b" \t\r\n[ ] ", []),
        (b'{"a": {"a": 1}, "b": [{"a": 2}]}', {"a": {"a": 1}, "b": [{"a": 2}]}),
        (b"-0", 0),
        (b"9007199254740993", 9007199254740993),
        (b"99999999999999999999", 99999999999999999999),
        (b"-1.5e-3", -0.0015),
        (b"0.1234567890123456789", 0.1234567890123456789),
        (b"1e308", 1e308),
        ('"ñ 买 🥛"'.encode(), "ñ 买 🥛"),
        (b'"\\ud83e\\udd5b"', "🥛"),
        (b'"e\xcc\x81"', "e\u0301"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\u001f\x7f"', "\x1f\x7f"),
        (b'"' + b"[{" * 1000 + b'"', "[{" * 1000),
        (b'"\\"' + b"[" * 40 + b'"', '"' + "[" * 40),
        (b"[" * 32 + b"]" * 32, [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]),
        (b"[" + b"[]," * 100 + b"[]]", [[]] * 101),
    ],
)
def test_acceptable_json_is_parsed(text: bytes, value: object) -> None:
    assert loads(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b" ", "not JSON"),
        (b"{", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"// a\n1", "not JSON"),
        (b"01", "not JSON"),
        (b"+1", "not JSON"),
        (b".5", "not JSON"),
        (b"0x10", "not JSON"),
        (b"NaN", "not JSON"),
        (b"-Infinity", "not JSON"),
        (b"1e400", "not JSON"),
        (b"-1e400", "not JSON"),
        (b'"\t"', "not JSON"),
        (b'"\xff"', "not JSON"),
        (b'"\xed\xa0\x80"', "not JSON"),
        (b'"\\ud83e"', "not JSON"),
        (b'"\\udd5b\\ud83e"', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ("{}".encode("utf-16"), "not JSON"),
        (b"\x1f\x8b\x08\x00", "not JSON"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b'[{"b": {"a": 1, "a": 2}}]', "twice"),
        (b'"\\u0000"', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'[[["a\\u0000"]]]', "NUL"),
        (b"1" * 21, "more than 20 digits"),
        (b"-" + b"1" * 21, "more than 20 digits"),
        (b"0." + b"1" * 20, "more than 20 digits"),
        (b"1e" + b"0" * 19 + b"1", "more than 20 digits"),
        (b"1" * 5000, "not JSON"),
        (b"[" * 33 + b"]" * 33, "deeper than 32 levels"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper than 32 levels"),
        (b"[" * 100_000, "deeper than 32 levels"),
        (b'"\\\\"' + b"[" * 33, "deeper than 32 levels"),
    ],
)
def test_all_other_text_is_refused_with_a_reason(text: bytes, reason: str) -> None:
    with pytest.raises(JSONTextError, match=reason) as refused:
        loads(text)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 200


def test_a_number_too_small_for_a_double_is_zero() -> None:
    assert math.isclose(loads(b"1e-400"), 0)
