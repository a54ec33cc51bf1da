"""Authenticators for tests, and credentials for them."""

import base64
from collections.abc import Collection

from todo_api.contract import Caller


class Keys:
    """Knows credentials of which the last one is always the same secret.

    ``remembered`` are those that `recall` knows at once; `verify` knows them all.
    """

    def __init__(
        self, *known: tuple[str, ...], remembered: Collection[tuple[str, ...]] = ()
    ) -> None:
        self._known = known
        self._remembered = remembered
        self.clients: list[Caller] = []

    def recall(self, *credentials: str) -> str | None:
        """Return whom remembered credentials name."""
        return credentials[0] if credentials in self._remembered else None

    def forget(self) -> None:
        """Know no credentials any more."""
        self._known = ()

    def holds(self, identity: str, *credentials: str) -> bool:
        """Tell whether credentials are still known, and this name's."""
        return credentials in self._known and identity == credentials[0]

    async def verify(self, *credentials: str, client: Caller) -> str | None:
        """Return whom known credentials name, and note where they come from."""
        self.clients.append(client)
        return credentials[0] if credentials in self._known else None


def basic(username: str, password: str) -> tuple[str, str]:
    """Return the header with these credentials."""
    return "Authorization", "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def bearer(token: str) -> tuple[str, str]:
    """Return the header with this token."""
    return "Authorization", f"Bearer {token}"
