"""Passwords: which ones may be chosen, and in which form they are compared."""

import random
import time
import unicodedata

import pytest

from todo_api.identity.passwords import normalize, password_faults, service_words
from todo_api.settings import Settings

TOO_SHORT = "Use at least 8 characters."
TOO_LONG = "Use at most 128 characters."
CONTROL = "Leave out control characters, such as tabs."
USERNAME = "Choose something other than your username."
GUESSABLE = "Choose a password that is harder to guess."


@pytest.mark.parametrize(
    "password",
    [
        "8 chars!",
        "correct horse battery staple",
        "пароль для списка дел",
        "買い物リストの合言葉",
        "🥛🧀🍕🍎🥖🥚🧈🍯",
        "x7#Kq9!b",
        unicodedata.normalize("NFD", "άέήίόύώϊϋΐΰ" * 11 + "ᾂᾃᾄᾅᾆᾇᾲ"),
    ],
)
def test_a_password_of_8_to_128_characters_of_any_script_is_good(password: str) -> None:
    assert password_faults(password, username="susan") == []


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
        ("susan.green", [USERNAME]),
        ("Susan.Green", [USERNAME]),
        ("\t", [TOO_SHORT, CONTROL]),
    ],
)
def test_each_broken_rule_is_told(password: str, faults: list[str]) -> None:
    assert password_faults(password, username="susan.green") == faults


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "p4$$w0rd",
        "1234567890",
        "qwertyuiop",
        "aaaaaaaa",
        "        ",
        "        x",
        "x" * 128,
        "abcabcabcabc",
        "12/11/2026",
        "todo-list",
        "Todolist1",
        "susan.green1",
        "pizza.example",
        "susan@pizza.example",
        "lists.example",
    ],
)
def test_what_is_guessed_soon_by_whoever_knows_the_user_and_the_service_is_refused(
    password: str,
) -> None:
    settings = Settings(public_url="https://lists.example")
    (fault,) = password_faults(
        password,
        username="susan.green",
        email="susan@pizza.example",
        service=service_words(settings),
    )
    assert fault.startswith(GUESSABLE)


def test_the_advice_says_what_is_wrong_and_what_to_do() -> None:
    (fault,) = password_faults("football1", username="susan")
    assert fault == (
        "Choose a password that is harder to guess. This is a very common password."
        " Add another word or two. Uncommon words are better."
    )


def test_the_words_of_one_user_say_nothing_about_another() -> None:
    assert password_faults("rosalinde-1968", username="rosalinde")
    assert not password_faults("rosalinde-1968", username="susan")


def test_no_password_takes_long_to_look_at() -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    look_alikes = "4@8({[<3691!|70$5+2%"
    password_faults("loads the lists", username="susan")
    for number in range(100):
        alphabet = chance.sample(look_alikes, 3 + number % 17) + list("acegilostxzb")
        password = "".join(chance.choices(alphabet, k=13 + number))
        started = time.thread_time()
        password_faults(password, username="susan")
        assert time.thread_time() - started < 0.3, password


@pytest.mark.parametrize("length", [127, 128, 129, 512, 513, 514, 10_000])
def test_normalizing_never_makes_an_over_long_password_fit(length: int) -> None:
    longest_decomposition = unicodedata.normalize("NFD", "\u1f82")
    password = (longest_decomposition * length)[:length]
    assert (len(normalize(password)) > 128) == (len(unicodedata.normalize("NFC", password)) > 128)
