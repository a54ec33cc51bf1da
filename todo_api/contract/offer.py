"""What an operation can answer: the media types of its success, and the choice among them."""

from collections.abc import Mapping
from typing import Any

from todo_api.contract.media import JSON, accepts_json, preferred
from todo_api.contract.problem import Problem


class Offer:
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
        self._is_json = self.media_types == (JSON.decode(),)

    def choose(self, accept: bytes | None) -> str:
        """Return the media type that a client likes best (RFC 9110, 12.5.1).

        Who asks for JSON errors alone gets JSON.

        Raises:
            Problem: 406 for an ``Accept`` that rules out all of them.

        """
        if self._is_json:
            if accepts_json(accept):
                return self.media_types[0]
            raise Problem(406, "The answer is JSON, which the Accept header rules out.")
        chosen = preferred(accept, self.media_types)
        if chosen is None:
            names = " or ".join(self.media_types)
            raise Problem(406, f"The answer is {names}, which the Accept header rules out.")
        return chosen
