"""Credentials that were verified a short while ago, so that they need not be hashed again."""

import secrets
import time
from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

from todo_api.identity.passwords import encode

MOST_SECONDS = 24 * 3600
"""How long a credential is remembered at the most, however often it is used."""


class RememberedCredentials:
    """A bounded memory of verified credentials; the least recently used is forgotten first.

    Use renews what is remembered, so that a client that is at work need not have its credential
    verified again while others are guessing.

    It keeps a digest under a key that lives and dies with the process, never a password.
    """

    def __init__(self, seconds: float, *, at_most: int = 10_000) -> None:
        """Remember up to `at_most` credentials, each for `seconds` after its last use."""
        self._seconds = seconds
        self._at_most = at_most
        self._key = secrets.token_bytes(blake2b.MAX_KEY_SIZE)
        self._entries: OrderedDict[bytes, tuple[str, float, float]] = OrderedDict()
        self._guard = Lock()

    def digest(self, username: str, password: str) -> bytes:
        """Return the digest that stands for a credential here."""
        credential = f"{len(username)}:{username}:{password}"
        return blake2b(encode(credential), key=self._key, digest_size=32).digest()

    def add(self, digest: bytes, password_hash: str) -> None:
        """Remember that a credential matched a hash."""
        now = time.monotonic()
        with self._guard:
            self._entries[digest] = password_hash, now + self._seconds, now + MOST_SECONDS
            self._entries.move_to_end(digest)
            if len(self._entries) > self._at_most:
                self._entries.popitem(last=False)

    def has(self, digest: bytes, password_hash: str) -> bool:
        """Tell whether a credential is known to match a hash."""
        now = time.monotonic()
        with self._guard:
            matched, expires, ends = self._entries.get(digest, ("", 0.0, 0.0))
            if matched != password_hash or expires <= now:
                self._entries.pop(digest, None)
                return False
            self._entries[digest] = matched, min(now + self._seconds, ends), ends
            self._entries.move_to_end(digest)
            return True
