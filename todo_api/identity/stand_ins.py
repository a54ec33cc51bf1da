"""What is verified in place of a user who does not exist, so that the answer takes as long.

Hashes that were made at other costs stay in the database until their users log in. So a stand-in
has the costs of some stored hash, always the same one for a username: whoever measures the time of
an answer sees a user like the others.
"""

from base64 import b64encode
from hashlib import blake2b

from todo_api.identity.passwords import encode
from todo_api.storage import PLACES, TOKENS, Connection, select_secret, select_some_hash

_SALT_BYTES = 16
_DIGEST_BYTES = 32


class StandIns:
    """Makes hashes that no password matches, by a key that all processes share."""

    def __init__(self, unused: str) -> None:
        """Take a hash whose costs are those of a stand-in while there are no users."""
        self._unused = unused
        self._key = b""

    def of_unknown(self, db: Connection, username: str) -> str:
        """Return the stand-in for a user who does not exist."""
        if not self._key:
            self._key = select_secret(db, TOKENS)
        place = int.from_bytes(self._digest(username, 8)) % PLACES
        return self.like(select_some_hash(db, place) or self._unused, username)

    def like(self, password_hash: str, username: str) -> str:
        """Return a stand-in with the costs of a hash."""
        costs, _, _ = password_hash.rsplit("$", 2)
        digest = self._digest(username, _SALT_BYTES + _DIGEST_BYTES)
        parts = (digest[:_SALT_BYTES], digest[_SALT_BYTES:])
        return "$".join((costs, *(b64encode(part).decode().rstrip("=") for part in parts)))

    def _digest(self, username: str, size: int) -> bytes:
        key = self._key[: blake2b.MAX_KEY_SIZE]
        return blake2b(encode(username), digest_size=size, key=key, person=b"stand-in").digest()
