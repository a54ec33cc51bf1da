"""Passwords: which ones may be chosen, and how they are hashed.

The rules are those of NIST SP 800-63B-3, section 5.1.1.2: a length and a list of common values
instead of classes of characters. A password is compared in Unicode's NFC (RFC 7617, section 2.1;
RFC 8265, section 4.2.2), since keyboards differ in how they compose the same characters.
"""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher

MIN_LENGTH = 8
MAX_LENGTH = 128

# A character decomposes into four at most: https://unicode.org/faq/normalization.html
_LONGEST_DECOMPOSITION = 4
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def password_hasher(
    *, time_cost: int = 2, memory_cost: int = 19_456, parallelism: int = 1
) -> PasswordHasher:
    """Return an argon2id hasher; the memory is in KiB.

    The defaults are the minimum that OWASP's Password Storage Cheat Sheet asks for.
    """
    return PasswordHasher(time_cost, memory_cost, parallelism)


def normalize(password: str) -> str:
    """Return a password in the form that is counted, compared and hashed.

    The work is bounded: of a password that is far too long only a beginning is returned, which
    is still too long.
    """
    return unicodedata.normalize("NFC", password[: _LONGEST_DECOMPOSITION * MAX_LENGTH + 1])


def has_unusable_characters(text: str) -> bool:
    """Tell whether a text holds control characters, NUL among them, or lone surrogates."""
    return _UNUSABLE.search(text) is not None


def password_faults(password: str, username: str) -> list[str]:
    """Tell what speaks against a password that the user wants to have.

    Returns a sentence for each broken rule, none of which repeats the password; an empty list for
    a good password.
    """
    password = normalize(password)
    rules = (
        (len(password) < MIN_LENGTH, f"Use at least {MIN_LENGTH} characters."),
        (len(password) > MAX_LENGTH, f"Use at most {MAX_LENGTH} characters."),
        (has_unusable_characters(password), "Leave out control characters, such as tabs."),
        (password.casefold() == username.casefold(), "Choose something other than your username."),
        (
            password.casefold() in _common_passwords(),
            "Choose a password that is harder to guess: this is one of the most common.",
        ),
    )
    return [sentence for broken, sentence in rules if broken]


@cache
def _common_passwords() -> frozenset[str]:
    """Return the 30,000 commonest passwords, all in lower case, without the too short ones."""
    # Not before a password is chosen: the lists take 40 ms and 16 MB to load.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH)
