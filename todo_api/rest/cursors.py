"""Cursors: where the next page of a list begins, for a client to keep and to send back.

A cursor holds a position and a seal, a keyed hash of the position and of what it is good for: the
operation, the user, the filters, the sort. So nobody can make one up, change one, or use one for
another list; and the service has to remember none.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson

from todo_api.contract import Problem, bad_parameters

SEAL_BYTES = 16


class Cursors:
    """Seals and opens cursors under the key of the service."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Take what returns the key."""
        self._read_key = read_key

    def seal(self, position: Any, *purpose: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a cursor for a position in the list that ``purpose`` describes, all of it JSON."""
        text = orjson.dumps(position)
        return _encoded(self._mac(text, purpose) + text)

    def open(self, cursor: str, *purpose: Any, parameter: str = "cursor") -> Any:  # noqa: ANN401 - any JSON
        """Return the position.

        Raises `Problem` 400, which names the `parameter`, for a cursor not sealed for this.
        """
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise _refusal(parameter) from None
        seal, text = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
        # Decoding is lenient: only the text that was given out is taken back.
        if not hmac.compare_digest(seal, self._mac(text, purpose)) or _encoded(sealed) != cursor:
            raise _refusal(parameter)
        return orjson.loads(text)

    def _mac(self, text: bytes, purpose: tuple[Any, ...]) -> bytes:
        described = orjson.dumps(purpose, option=orjson.OPT_SORT_KEYS)
        sealed = b"%d:" % len(described) + described + text
        return blake2b(sealed, key=self._read_key(), digest_size=SEAL_BYTES).digest()


def next_link(uri: str) -> dict[str, str]:
    """Return the header that leads to the next page (RFC 8288)."""
    return {"Link": f'<{uri}>; rel="next"'}


def _encoded(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _refusal(parameter: str) -> Problem:
    sentence = "It was not given out for this list: begin without it."
    return bad_parameters([(parameter, sentence)])
