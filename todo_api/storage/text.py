"""Text made comparable: the same on both engines, because Python makes it.

What is stored beside a text is never shown; it is there to be found and sorted by.
"""

import re
import unicodedata

LONGEST_KEY = 200
"""Code points by which texts are sorted."""
LONGEST_WORD = 64

_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


def folded(text: str) -> str:
    """Return text without the differences of case and of composition (``É``, ``é``)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def sort_key(text: str) -> str:
    """Return what a text is sorted by, code point by code point."""
    return folded(text)[:LONGEST_KEY]


def words_of(*texts: str) -> list[str]:
    """Return the different words of some texts: runs of letters and digits, folded, in order."""
    runs = _LETTERS_AND_DIGITS.findall(folded("\n".join(texts)))
    return sorted({word[:LONGEST_WORD] for word in runs})


def beyond(prefix: str) -> str:
    """Return a key that is greater than every key with this prefix."""
    return prefix + _LAST * LONGEST_KEY
