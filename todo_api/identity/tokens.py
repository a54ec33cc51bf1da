"""Tokens: which user a secret belongs to, and what it is good for.

Each authentication reads the token and its owner in one statement, so that a token which is
revoked or has expired, and a user who is disabled or deleted, counts at once in every process. A
secret is found by its hash, which takes microseconds: there is nothing to remember.
"""

from todo_api import times
from todo_api.contract import Caller, Granted
from todo_api.identity.codes import TOKEN, hash_of, is_code
from todo_api.identity.user import User
from todo_api.identity.uses import Uses
from todo_api.monitoring import record
from todo_api.storage import Database, select_valid_token

SCOPES = {"read": frozenset({"read"}), "write": frozenset({"read", "write"})}
"""By the scope of a token, those of the operations that it is good for."""


class Tokens:
    """Authentication by the tokens in a database."""

    def __init__(self, database: Database, uses: Uses) -> None:
        """Tell `uses` which tokens are used."""
        self._database = database
        self._uses = uses

    def recall(self, secret: str) -> Granted | None:
        """Return the user that a secret belongs to and its scopes, or None if it is nobody's."""
        if not is_code(TOKEN, secret):
            return None
        now = times.now()
        with self._database.snapshot() as db:
            token = select_valid_token(db, hash_of(secret), now=now)
        if token is None:
            return None
        self._uses.note(token, now)
        return Granted(User(token.user_id, token.username, token.list_id), SCOPES[token.scope])

    def holds(self, user: User, secret: str) -> bool:
        """Tell whether a secret is still this user's."""
        granted = self.recall(secret)
        return granted is not None and granted.identity == user

    async def verify(self, secret: str, *, client: Caller | None = None) -> None:  # noqa: ARG002 - an authenticator's interface
        """Return None: a secret that `recall` does not know is nobody's."""
        record("login", client, "failure", reason="token")
