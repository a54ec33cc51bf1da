"""Bodies that hold no text, but that people take for the file that is in them."""

_UNPACK = "unpack it, and send what is in it"
_WORKBOOK = "save it as CSV, or as UTF-8 text, in the program that it comes from"
_KINDS = {
    b"\x1f\x8b": ("compressed by gzip", _UNPACK),
    b"BZh91AY&SY": ("compressed by bzip2", _UNPACK),
    b"\xfd7zXZ\0": ("compressed by xz", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("compressed by Zstandard", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("an archive of 7-Zip", _UNPACK),
    b"PK\x03\x04": (
        "a ZIP archive, as the workbooks of Excel and LibreOffice are",
        f"{_UNPACK}; or save a workbook as CSV",
    ),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("a document of an older Office", _WORKBOOK),
    b"%PDF-1.": ("a PDF document", _WORKBOOK),
    b"SQLite format 3\0": (
        "a database of SQLite",
        "export what is in it with the program that it belongs to",
    ),
}
"""By its first bytes, which no text begins with, what a file is and what to do with it."""


def packed_as(body: bytes) -> str | None:
    """Return a sentence about a body that is no text by its kind; None for any other."""
    for beginning, (kind, advice) in _KINDS.items():
        if body.startswith(beginning):
            return f"This file is {kind}, and no text: {advice}."
    return None
