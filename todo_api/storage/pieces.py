"""Text of languages without spaces between words, in pieces by which any word in it is found.

Only a dictionary knows where a word begins. So each two neighbours are a piece in Chinese, Japanese
and Korean, and each three in Thai, Lao, Khmer and Burmese, whose characters say less; a vowel sign
or a tone belongs to the letter that it stands on. The pieces at the end are shorter, so that the
last character is found as well. A word that is sought is taken to pieces alike.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_OF_TWO = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Chinese characters, kana, and the syllables of Korean, whose words run together in compounds."""
_OF_THREE = "\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
_UNSPACED = re.compile(f"[{_OF_TWO}{_OF_THREE}]")
_MARKED_BLOCKS = (range(0x0300, 0x2100), range(0x3099, 0x309B), range(0xA600, 0xAC00))
"""Where Unicode has the marks of languages in use."""


class _Patterns(NamedTuple):
    word: re.Pattern[str]
    """A run of letters and digits, with their marks."""
    run: re.Pattern[str]
    """The part of a word in one way of writing: in pieces of two, of three, or whole."""
    character: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Compile what needs a list of all marks, which `re` has none of."""
    marks = "".join(
        chr(code)
        for block in _MARKED_BLOCKS
        for code in block
        if unicodedata.category(chr(code)) in {"Mn", "Mc"}
    )
    return _Patterns(
        re.compile(rf"\w[\w{marks}]*"),
        re.compile(
            f"([{_OF_TWO}][{_OF_TWO}{marks}]*)"
            f"|([{_OF_THREE}][{_OF_THREE}{marks}]*)"
            f"|([^{_OF_TWO}{_OF_THREE}]+)"
        ),
        re.compile(f".[{marks}]*", re.DOTALL),
    )


def words_in(text: str) -> list[str]:
    """Return the runs of letters and digits in a text, which have their marks."""
    return _patterns().word.findall(text.replace("_", " "))


def has_unspaced(text: str) -> bool:
    """Tell whether a text has characters of a language without spaces."""
    return _UNSPACED.search(text) is not None


def pieces_of(word: str, *, sought: bool) -> Iterator[str]:
    """Yield the pieces of a word; of one that is `sought`, only those that are of full length.

    The others of what is stored would find too much. A word that is shorter is one piece.
    """
    patterns = _patterns()
    for run in patterns.run.finditer(word):
        if run[3]:
            yield run[3]
            continue
        size = 2 if run[1] else 3
        characters = patterns.character.findall(run[0])
        last = max(1, len(characters) - size + 1) if sought else len(characters)
        for begin in range(last):
            yield "".join(characters[begin : begin + size])
