"""Passwords: which ones a user may choose, and in which form they are compared.

The rules are those of NIST SP 800-63B-3, section 5.1.1.2: a length, and how hard a password is to
guess (`strength`), instead of classes of characters. A password is compared in Unicode's NFC
(RFC 7617, section 2.1; RFC 8265, section 4.2.2), since keyboards compose the same characters in
different ways.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from todo_api.identity.strength import advice_on
from todo_api.settings import Settings

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


def password_faults(
    password: str, *, username: str, email: str | None = None, service: Iterable[str] = ()
) -> list[str]:
    """Return a sentence for each rule that a new password breaks, never repeating the password.

    `service` are the words that come to mind for a password of this service. The list is empty for
    a good password.
    """
    password = normalize(password)
    rules = (
        (len(password) < MIN_LENGTH, f"Use at least {MIN_LENGTH} characters."),
        (len(password) > MAX_LENGTH, f"Use at most {MAX_LENGTH} characters."),
        (has_unusable_characters(password), "Leave out control characters, such as tabs."),
        (password.casefold() == username.casefold(), "Choose something other than your username."),
    )
    faults = [sentence for broken, sentence in rules if broken]
    if not faults:
        words = [*_parts(username), *_parts(email or ""), *service]
        advice = advice_on(password, words)
        faults += [] if advice is None else [advice]
    return faults


def service_words(settings: Settings) -> list[str]:
    """Return the words that come to mind for a password of this service."""
    url = urlsplit(settings.public_url or "")
    hosts = [url.hostname or "", *settings.own_hosts]
    return [*_WORDS, *(part for host in hosts for part in _parts(host))]


def _parts(name: str) -> list[str]:
    """Return a name, and the words in it."""
    parts = (name, *name.split("@"), *re.split(r"[\W_]+", name))
    return [part for part in parts if len(part) >= _SHORTEST_WORD]


_SHORTEST_WORD = 3
_WORDS = ("todo", "to-do", "todolist", "todo-list", "to-do list", "task", "tasks", "list")
