"""Passwords: which ones may be chosen, and in which form they are compared."""

import unicodedata

import pytest

from todo_api.identity.passwords import normalize, password_faults

TOO_SHORT = "Use at least 8 characters."
TOO_LONG = "Use at most 128 characters."
CONTROL = "Leave out control characters, such as tabs."
USERNAME = "Choose something other than your username."
COMMON = "Choose a password that is harder to guess: this is one of the most common."


@pytest.mark.parametrize(
    "password",
    [
        "8 chars!",
        "correct horse battery staple",
        "пароль для списка дел",
        "買い物リストの合言葉",
        "🥛🧀🍕🍎🥖🥚🧈🍯",
        "        x",
        "x" * 128,
        unicodedata.normalize("NFD", "\u1f82" * 128),
    ],
)
def test_a_password_of_8_to_128_characters_of_any_script_is_good(password: str) -> None:
    assert password_faults(password, "susan") == []


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("", [TOO_SHORT]),
        ("7 chars", [TOO_SHORT]),
        (unicodedata.normalize("NFD", "éèêëéèê"), [TOO_SHORT]),
        ("x" * 129, [TOO_LONG]),
        ("x" * 1_000_000, [TOO_LONG]),
        ("e\u0301" * 1_000_000, [TOO_LONG]),
        ("tab\tin the middle", [CONTROL]),
        ("NUL at the end\0", [CONTROL]),
        ("delete\x7fand\x85next line", [CONTROL]),
        ("half a pair: \ud83e", [CONTROL]),
        ("password", [COMMON]),
        ("PassWord", [COMMON]),
        ("1234567890", [COMMON]),
        ("susan.green", [USERNAME]),
        ("Susan.Green", [USERNAME]),
        ("\t", [TOO_SHORT, CONTROL]),
    ],
)
def test_each_broken_rule_is_told(password: str, faults: list[str]) -> None:
    assert password_faults(password, "susan.green") == faults


def test_a_common_password_that_is_the_username_breaks_two_rules() -> None:
    assert password_faults("football", "football") == [USERNAME, COMMON]


@pytest.mark.parametrize("length", [127, 128, 129, 512, 513, 514, 10_000])
def test_normalizing_never_makes_an_over_long_password_fit(length: int) -> None:
    longest_decomposition = unicodedata.normalize("NFD", "\u1f82")
    password = (longest_decomposition * length)[:length]
    assert (len(normalize(password)) > 128) == (len(unicodedata.normalize("NFC", password)) > 128)
