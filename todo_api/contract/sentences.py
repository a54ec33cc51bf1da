"""What is said of a fault: a sentence for people, with a code for programs."""

from typing import Self

INVALID = "invalid"
"""The code of a fault that has none of its own."""


class Sentence(str):
    """A sentence with the code of what it says.

    Wordings may change; a code stays, so that programs can tell faults apart.
    """

    __slots__ = ("code",)

    code: str

    def __new__(cls, code: str, text: str) -> Self:
        """Make a text that carries a code along."""
        sentence = super().__new__(cls, text)
        sentence.code = code
        return sentence


def code_of(detail: str) -> str:
    """Return the code that a sentence carries, or the one that says only that there is a fault."""
    return detail.code if isinstance(detail, Sentence) else INVALID
