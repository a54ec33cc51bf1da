"""What an operation can answer: the media types of its success, and the choice among them."""

from collections.abc import Mapping
from typing import Any

from todo_api.contract.http.media import JSON, PROBLEM_JSON, preferred, quality
from todo_api.contract.http.problem import Problem


class Negotiation:
    """The media types in which an operation answers if all goes well."""

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

        Who asks for errors of RFC 9457 alone gets the first, if there is none.

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
