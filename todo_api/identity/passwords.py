"""Passwords: which ones a user may choose, and in which form they are compared.

The rules are those of NIST SP 800-63B-3, section 5.1.1.2: a length and a list of common values
instead of classes of characters. A password is compared in Unicode's NFC (RFC 7617, section 2.1;
RFC 8265, section 4.2.2), since keyboards compose the same characters in different ways.
"""

import re
import unicodedata
from functools import cache

MIN_LENGTH = 8
MAX_LENGTH = 128

# A character decomposes into four at most: https://unicode.org/faq/normalization.html
_LONGEST_DECOMPOSITION = 4
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def normalize(password: str) -> str:
    """Return a password in the form that is counted, compared and hashed.

    The work is bounded: a password that is far too long is cut to a length that is still too long.
    """
    return unicodedata.normalize("NFC", password[: _LONGEST_DECOMPOSITION * MAX_LENGTH + 1])


def encode(text: str) -> bytes:
    """Return a text in UTF-8; a lone surrogate, which matches nothing, must not raise either."""
    return text.encode(errors="surrogatepass")


def has_unusable_characters(text: str) -> bool:
    """Tell whether a text has control characters (NUL is one) or lone surrogates."""
    return _UNUSABLE.search(text) is not None


def password_faults(password: str, username: str) -> list[str]:
    """Return a sentence for each rule that a new password breaks, never repeating the password.

    The list is empty for a good password.
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
    """Return the 30,000 most common passwords, in lower case, without those that are too short."""
    # Imported only when a user chooses a password: the lists take 40 ms and 16 MB to load.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH)
