"""Cursors: where the next page of a list begins, for a client to keep and to send back.

A cursor holds a position and a seal. The seal is a keyed hash of the position and of its purpose:
the operation, the user, the filters and the sort. Clients can therefore not forge or change a
cursor, or use it for another list, and the service need not store any.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson

from todo_api.contract import Problem, Sentence, bad_parameters

SEAL_BYTES = 16


class Cursors:
    """The cursors of a service, sealed and opened with its key."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Use the key that `read_key` returns."""
        self._read_key = read_key

    def seal(self, position: Any, *purpose: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a cursor for a position in the list that ``purpose`` describes; both are JSON."""
        text = orjson.dumps(position)
        return _encoded(self._mac(text, purpose) + text)

    def open(self, cursor: str, *purpose: Any, parameter: str = "cursor") -> Any:  # noqa: ANN401 - any JSON
        """Return the position in a cursor.

        Raises `Problem` 400, which names the `parameter`, unless it was sealed for this purpose.
        """
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise _refusal(parameter) from None
        seal, text = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
        # Base64 decoding is lenient, so compare the text as well: one position has one cursor.
        if not hmac.compare_digest(seal, self._mac(text, purpose)) or _encoded(sealed) != cursor:
            raise _refusal(parameter)
        return orjson.loads(text)

    def _mac(self, text: bytes, purpose: tuple[Any, ...]) -> bytes:
        described = orjson.dumps(purpose, option=orjson.OPT_SORT_KEYS)
        sealed = b"%d:" % len(described) + described + text
        return blake2b(sealed, key=self._read_key(), digest_size=SEAL_BYTES).digest()


def next_link(uri: str) -> dict[str, str]:
    """Return the ``Link`` header to the next page (RFC 8288)."""
    return {"Link": f'<{uri}>; rel="next"'}


def _encoded(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _refusal(parameter: str) -> Problem:
    sentence = "It does not come from this list: leave it out to start from the beginning."
    return bad_parameters([(parameter, Sentence("foreign", sentence))])
