"""How hard a password is to guess, by zxcvbn: an estimate of the guesses that it takes.

Its work grows steeply with the length and with the characters that can stand for a letter (`4` for
`a`): 72 of them can take five seconds. So it sees the beginning of a password only, up to a number
of characters of either kind, and takes some 30 ms at most. What it sees is never harder to guess
than the whole.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Any

LEAST_GUESSES = 10**8
"""As many as zxcvbn supposes for eight characters in which it finds no pattern."""

_MOST_SEEN = 40
_MOST_SUBSTITUTES = 6
_ALWAYS_SEEN = 12
_SUBSTITUTES = frozenset("4@8({[<3691!|70$5+2%")

# zxcvbn keeps the words of a call in a module's variable.
_guard = Lock()


def advice_on(password: str, words: Sequence[str]) -> str | None:
    """Return how to choose a password that is harder to guess, None if this one is hard enough.

    `words` are what somebody who knows the user and the service would try first.
    """
    # Imported only when a user chooses a password: the lists take 60 ms and 14 MB to load.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    with _guard:
        result: dict[str, Any] = zxcvbn(_beginning(password), user_inputs=words)  # type: ignore[no-untyped-call]  # it has no types
    if result["guesses"] >= LEAST_GUESSES:
        return None
    feedback = result["feedback"]
    sentences = ["Choose a password that is harder to guess.", feedback["warning"]]
    return " ".join(filter(None, [*sentences, *feedback["suggestions"]]))


def _beginning(password: str) -> str:
    """Return as much of a password as can be looked at in little time."""
    substitutes = set[str]()
    for place, character in enumerate(password[:_MOST_SEEN]):
        substitutes |= {character} & _SUBSTITUTES
        if place >= _ALWAYS_SEEN and len(substitutes) > _MOST_SUBSTITUTES:
            return password[:place]
    return password[:_MOST_SEEN]
