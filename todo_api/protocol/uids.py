"""Names that nothing else in the world has, for what leaves the service."""

from collections.abc import Callable
from functools import cached_property
from hashlib import blake2b
from uuid import UUID


class Uids:
    """Makes them under the key of the service, which no other service has."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Take what reads the key; it is called when the key is first needed."""
        self._read_key = read_key

    def of_user(self, user_id: int) -> UUID:
        """Return the namespace (RFC 9562, 5.5) of what a user has: always the same."""
        name = blake2b(b"%d" % user_id, key=self._key, digest_size=16, person=b"uids")
        return UUID(bytes=name.digest())

    @cached_property
    def _key(self) -> bytes:
        return self._read_key()
