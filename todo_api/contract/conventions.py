"""What an API has in common with its clients, and OpenAPI has no words for."""

from http import HTTPStatus
from typing import NamedTuple

from todo_api.contract.http import words_for


class Conventions(NamedTuple):
    """How an API refuses credentials, and what it overlooks."""

    realm: str = "API"
    """What is protected, in the words of a challenge (RFC 9110, 11.5)."""
    unauthorized: str = "Unauthorized"
    """The words of an error for missing or wrong credentials."""
    unchallenged: tuple[str, str] | None = None
    """The header, with its value, of requests that are refused with 403 and no challenge.

    A script in a web page sends it, because on a challenge its browser would open a dialog.
    """
    ignored_parameters: frozenset[str] = frozenset()
    """Query parameters of a GET that mean nothing, such as those that keep caches away."""

    def words_for(self, status: int) -> str:
        """Name a status in the words of this API."""
        return self.unauthorized if status == HTTPStatus.UNAUTHORIZED else words_for(status)
