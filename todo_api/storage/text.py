"""Text made comparable, by Python, so that both engines agree.

The result is stored beside the text and never shown; tasks are found and sorted by it.
"""

import re
import unicodedata

LONGEST_KEY = 200
"""Code points by which texts are sorted."""
LONGEST_WORD = 64

MOST_MARKS = 30
"""Combining marks in a row, as in the stream-safe text format (UAX #15, 13)."""

_JOINER = "\u034f"
_MANY_SYMBOLS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


def folded(text: str) -> str:
    """Return text without the differences of case and of composition (``É``, ``é``)."""
    text = _stream_safe(text)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _stream_safe(text: str) -> str:
    """Return text without long runs of marks, which take quadratic time to be put in order.

    A run is cut by combining grapheme joiners (UAX #15, 13), which no real text is changed by.
    """
    if text.isascii() or not _MANY_SYMBOLS.search(text):
        return text
    safe = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MOST_MARKS:
            safe.append(_JOINER)
            run = 1
        safe.append(character)
    return "".join(safe)


def sort_key(text: str) -> str:
    """Return what a text is sorted by, code point by code point."""
    return folded(text)[:LONGEST_KEY]


def words_of(*texts: str) -> list[str]:
    """Return the distinct words of some texts: runs of letters and digits, folded, in order."""
    words = set(_LETTERS_AND_DIGITS.findall(folded("\n".join(texts))))
    if words and len(max(words, key=len)) > LONGEST_WORD:
        words = {word[:LONGEST_WORD] for word in words}
    return sorted(words)


def beyond(prefix: str) -> str:
    """Return a key that is greater than every key with this prefix."""
    return prefix + _LAST * LONGEST_KEY
