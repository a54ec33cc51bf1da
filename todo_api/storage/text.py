"""Text made comparable, by Python, so that both engines agree.

The result is stored beside the text and never shown; tasks are found and sorted by it.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from todo_api.storage.pieces import has_unspaced, pieces_of, words_in

LONGEST_KEY = 200
"""Code points by which texts are sorted."""
LONGEST_WORD = 64
MOST_PIECES = 5000
"""Of a task in a language without spaces; others have no more words in the longest text."""
MOST_SOUGHT = 100
"""The same for what is sought."""

MOST_MARKS = 30
"""Combining marks in a row, as in the stream-safe text format (UAX #15, 13)."""

_JOINER = "\u034f"
_MANY_SYMBOLS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


def folded(text: str) -> str:
    """Return text without the differences of case and of composition (``É``, ``é``)."""
    if text.isascii():
        return text.lower()
    text = _stream_safe(text)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _stream_safe(text: str) -> str:
    """Return text without long runs of marks, which take quadratic time to be put in order.

    A run is cut by combining grapheme joiners (UAX #15, 13), which no real text is changed by.
    """
    if not _MANY_SYMBOLS.search(text):
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
    """Return the distinct words of some texts: runs of letters and digits, folded, in order.

    Of languages without spaces, they are pieces of text, the first of very many.
    """
    return sorted(_words("\n".join(texts), MOST_PIECES, sought=False))


def words_sought(text: str) -> list[str]:
    """Return the distinct words that a task must have, or longer ones that begin with them."""
    # The longer a word, the fewer tasks have it.
    return sorted(_words(text, MOST_SOUGHT, sought=True), key=lambda word: (-len(word), word))


def _words(text: str, most: int, *, sought: bool) -> Iterable[str]:
    text = folded(text)
    words: Iterable[str] = _LETTERS_AND_DIGITS.findall(text) if text.isascii() else words_in(text)
    if has_unspaced(text):
        pieces = (piece for word in words for piece in pieces_of(word, sought=sought))
        words = islice(dict.fromkeys(pieces), most)
    return {word[:LONGEST_WORD] for word in words}


def beyond(prefix: str) -> str:
    """Return a key that is greater than every key with this prefix."""
    return prefix + _LAST * LONGEST_KEY
