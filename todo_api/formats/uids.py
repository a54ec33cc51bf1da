"""UIDs of iCalendar (RFC 5545, 3.8.4.7): names that nothing else in the world has."""

from collections.abc import Callable
from hashlib import blake2b
from uuid import UUID


class Uids:
    """Makes them under the key of the service, which no other service has."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Take what returns the key."""
        self._read_key = read_key

    def of_user(self, user_id: int) -> UUID:
        """Return the namespace (RFC 9562, 5.5) of what a user has: always the same."""
        name = blake2b(b"%d" % user_id, key=self._read_key(), digest_size=16, person=b"uids")
        return UUID(bytes=name.digest())
