"""Codes: nobody can guess one, and programs that look for secrets recognize it."""

import re
from binascii import crc32

import pytest

from tests.support.contract import DOCUMENT, EXAMPLES
from todo_api.identity.codes import (
    ALPHABET,
    INVITATION,
    TOKEN,
    checksum,
    hash_of,
    is_code,
    new_code,
)

KNOWN: str = DOCUMENT["components"]["schemas"]["TokenSecret"]["example"]


@pytest.mark.parametrize("prefix", [TOKEN, INVITATION])
def test_a_code_has_at_least_192_random_bits_and_its_own_checksum(prefix: str) -> None:
    code = new_code(prefix)
    match = re.fullmatch(rf"{prefix}([0-9A-Za-z]{{33}})([0-9A-Za-z]{{6}})", code)
    assert match
    assert len(ALPHABET) ** 33 > 2**192
    assert match[2] == checksum(match[1])
    assert is_code(prefix, code)


def test_the_documents_examples_have_the_form_of_a_code() -> None:
    assert is_code(TOKEN, KNOWN)
    assert is_code(TOKEN, EXAMPLES["TabletConnected"]["value"]["token"]["secret"])
    assert is_code(INVITATION, DOCUMENT["components"]["schemas"]["InvitationCode"]["example"])


def test_codes_are_all_different_and_use_all_characters() -> None:
    codes = [new_code(TOKEN) for _ in range(200)]
    assert len(set(codes)) == len(codes)
    assert set("".join(codes)) == {*ALPHABET, "_"}


def test_the_checksum_is_that_of_githubs_tokens() -> None:
    """CRC-32 in base 62, as anybody can work it out."""
    chance = "4Yx0mTgWvQ2sJcR8nEoB1dLhKzU7pAiFy"
    value = 0
    for character in checksum(chance):
        value = value * 62 + ALPHABET.index(character)
    assert value == crc32(chance.encode())
    # github.blog, 2021-04-05: digits, capitals, small letters; zeros in front.
    assert ALPHABET[:11] + ALPHABET[-1] == "0123456789Az"
    assert checksum("") == "000000"


@pytest.mark.parametrize("place", range(len(TOKEN), 44))
def test_each_mistyped_character_is_noticed(place: int) -> None:
    code = new_code(TOKEN)
    other = "a" if code[place] != "a" else "b"
    assert not is_code(TOKEN, code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "todo_",
        "x" * 44,
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN + "\n",
        " " + KNOWN,
        KNOWN.upper(),
        INVITATION + KNOWN.removeprefix(TOKEN),
        TOKEN + "é" * 39,
        TOKEN + "٣" * 39,
        TOKEN + "\0" * 39,
    ],
)
def test_what_has_another_form_is_no_code(text: str) -> None:
    assert not is_code(TOKEN, text)


def test_a_hash_tells_nothing_of_its_code() -> None:
    code = new_code(TOKEN)
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(code))
    assert hash_of(code) == hash_of(code) != hash_of(new_code(TOKEN))
