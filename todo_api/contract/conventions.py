"""What an API and its clients have agreed on that OpenAPI cannot express."""

from http import HTTPStatus
from typing import NamedTuple

from todo_api.contract.http import words_for


class Conventions(NamedTuple):
    """How an API refuses credentials, and what it ignores."""

    realm: str = "API"
    """The realm in a challenge (RFC 9110, 11.5)."""
    unauthorized: str = "Unauthorized"
    """The words of an error for missing or wrong credentials."""
    unchallenged: tuple[str, str] | None = None
    """A header with its value: requests that send it get 403 without a challenge, not 401.

    Scripts in web pages do, because a challenge would make the browser open a dialog.
    """
    ignored_parameters: frozenset[str] = frozenset()
    """Query parameters of a GET that mean nothing, such as one that defeats caches."""

    def words_for(self, status: int) -> str:
        """Name a status in the words of this API."""
        return self.unauthorized if status == HTTPStatus.UNAUTHORIZED else words_for(status)
