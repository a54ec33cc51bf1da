"""The UIDs of iCalendar (RFC 5545, 3.8.4.7), unique in the whole world."""

from collections.abc import Callable
from hashlib import blake2b
from uuid import UUID


class Uids:
    """UIDs derived from the service's own key, so that no other service makes the same ones."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Use the key that `read_key` returns; it is called when a key is first needed."""
        self._read_key = read_key

    def of_user(self, user_id: int) -> UUID:
        """Return the namespace (RFC 9562, 5.5) of a user's tasks, which never changes."""
        name = blake2b(b"%d" % user_id, key=self._read_key(), digest_size=16, person=b"uids")
        return UUID(bytes=name.digest())
