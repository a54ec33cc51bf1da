"""The media types in which an operation can answer, and the choice among them."""

from collections.abc import Mapping
from typing import Any

from todo_api.contract.http.media import JSON, PROBLEM_JSON, preferred, quality
from todo_api.contract.http.problem import Problem


class Negotiation:
    """The media types in which an operation answers when it succeeds."""

    def __init__(self, responses: Mapping[str, Mapping[str, Any]]) -> None:
        """Collect those of an operation's Responses Object, in the document's order."""
        declared = [
            media_type.lower()
            for status, response in responses.items()
            if str(status).startswith("2")
            for media_type in response.get("content", {})
        ]
        self.media_types: tuple[str, ...] = tuple(dict.fromkeys(declared)) or (JSON.decode(),)

    def choose(self, accept: bytes | None) -> str:
        """Return the media type that a client likes best (RFC 9110, 12.5.1).

        A client that accepts ``application/problem+json`` alone asks for the form of its errors:
        the choice is then the first.

        Raises:
            Problem: 406 for an ``Accept`` that rules out all of them.

        """
        chosen = preferred(accept, self.media_types)
        if chosen is not None:
            return chosen
        if quality(accept, PROBLEM_JSON.decode()) > 0:
            return self.media_types[0]
        names = " or ".join(self.media_types)
        raise Problem(406, f"The answer is {names}, which the Accept header rules out.")
