"""What encoding a text file has: stated, marked, or UTF-8. It is never guessed.

Bytes that are not UTF-8 are most often Windows-1252, but nobody can tell that from, say,
Windows-1250: what is wrong would be in somebody's list for good. So a message asks for it.
"""

import codecs

from todo_api.contract import Text
from todo_api.formats.file import Unreadable

_STATED = {
    "utf-8",
    "utf-16",
    "utf-16le",
    "utf-16be",
    "us-ascii",
    *(f"windows-{number}" for number in range(1250, 1259)),
    *(f"iso-8859-{number}" for number in (*range(1, 12), *range(13, 17))),
    "koi8-r",
    "koi8-u",
    "big5",
    "gb18030",
    "gbk",
    "shift_jis",
    "euc-jp",
    "euc-kr",
}
"""The encodings that a `Content-Type` may state, by their names at IANA."""
_ALSO_KNOWN_AS = {
    **{f"cp{number}": f"windows-{number}" for number in range(1250, 1259)},
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "ascii": "us-ascii",
    "utf8": "utf-8",
    "utf16": "utf-16",
}
"""What programs call them."""
_MARKED = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HOW = (
    'Save the file as UTF-8 ("CSV UTF-8" in Excel), or state its encoding, as in'
    " Content-Type: text/csv; charset=windows-1252."
)


def decoded(body: Text) -> str | Unreadable:
    """Return the text of a file, or what is wrong with it."""
    marked = next((name for mark, name in _MARKED.items() if body.content.startswith(mark)), None)
    stated = _ALSO_KNOWN_AS.get(body.charset or "", body.charset)
    if stated not in {None, *_STATED}:
        return Unreadable(1, f"The encoding that Content-Type states is not known. {_HOW}")
    encoding = marked or stated or "utf-8"
    try:
        text = body.content.decode(encoding)
    except UnicodeDecodeError as fault:
        return _undecodable(body.content, fault.start, encoding.removesuffix("-sig").upper())
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        why = "as a file in UTF-16 without a byte order mark has"
        return Unreadable(line, f"This line holds a NUL character, {why}. {_HOW}")
    return text


def _undecodable(content: bytes, place: int, encoding: str) -> Unreadable:
    """Say where a text is not of its encoding, and what it might be."""
    line = content.count(b"\n", 0, place) + 1
    found = f"the byte {content[place]:02X}"
    letter = content[place : place + 1].decode("windows-1252", errors="ignore")
    if encoding == "UTF-8" and letter:
        found += f", which is {letter} in Windows-1252"
    return Unreadable(line, f"This line is not {encoding}: it holds {found}. {_HOW}")
