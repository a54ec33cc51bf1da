"""The body of a request: its media type, its size, its text, its schema."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.media import parse_media_type
from todo_api.contract.problem import MOST_FAULTS, Problem
from todo_api.contract.request import Limits, Request, too_large
from todo_api.contract.schema import Schema
from todo_api.contract.strict_json import JSONTextError, StrictJSON


class NoBody:
    """The body of an operation that has none."""

    is_argument = False

    def check_headers(self, request: Request) -> None:
        """Accept any headers: a ``Content-Type`` without a body is no fault."""

    async def receive(self, request: Request) -> bytes:
        """Refuse a body that says something, with 400; an empty one is none."""
        if request.announces_body:
            try:
                await request.body(limit=0)
            except Problem as too_large:
                raise Problem(
                    400, "This operation takes no body.", headers=too_large.headers
                ) from None
        return b""

    def parse(self, request: Request, text: bytes) -> None:
        """Make nothing of nothing."""


class JSONBody:
    """A body of JSON, of one or more media types, each with its schema."""

    is_argument = True

    def __init__(
        self, definition: Mapping[str, Any], limits: Limits, operation: str, *, method: str = ""
    ) -> None:
        """Compile a Request Body Object; ``x-max-bytes`` in it replaces the limit on bodies."""
        # RFC 5789, 2.2, has a name of its own for what a PATCH may be.
        self._accept = "Accept-Patch" if method.upper() == "PATCH" else "Accept"
        self._json = StrictJSON(depth=limits.json_depth, digits=limits.json_digits)
        self._required: bool = definition.get("required", False)
        self._limit: int = definition.get("x-max-bytes", limits.body)
        self._schemas = {
            media_type.lower(): Schema(content.get("schema", {}))
            for media_type, content in definition["content"].items()
        }
        for media_type in self._schemas:
            if media_type != "application/json" and not media_type.endswith("+json"):
                raise BrokenDocumentError(f"{operation}: a body of {media_type} is not supported.")

    def check_headers(self, request: Request) -> None:
        """Refuse by the headers alone what need not be read: 415, and 413 for a stated length."""
        if not request.announces_body:
            return
        self._schema_for(request)
        length = request.headers.get(b"content-length", b"0")
        if int(length) > self._limit:
            raise too_large(self._limit)

    async def receive(self, request: Request) -> bytes:
        """Read the body; raise `Problem` 413 beyond the limit."""
        return await request.body(self._limit) if request.announces_body else b""

    def parse(self, request: Request, text: bytes) -> Any:  # noqa: ANN401 - JSON is any value
        """Parse and validate; raise `Problem` 400 with every fault."""
        if not text:
            if self._required:
                raise Problem(400, "This operation needs a body of JSON.")
            return None
        schema = self._schema_for(request)
        try:
            value = self._json.loads(text)
        except JSONTextError as fault:
            raise Problem(400, str(fault)) from None
        if not schema.is_valid(value):
            faults = [
                {"pointer": at, "detail": sentence}
                for at, sentence in islice(schema.faults(value), MOST_FAULTS)
            ]
            raise Problem(400, "The body is not valid.", faults=faults)
        return value

    def _schema_for(self, request: Request) -> Schema:
        """Choose by ``Content-Type`` (RFC 9110, 8.3); JSON is always UTF-8 (RFC 8259, 8.1)."""
        if request.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem(
                415, "The body must not be compressed.", headers={"Accept-Encoding": "identity"}
            )
        media_type = parse_media_type(request.headers.get(b"content-type", b""))
        if media_type is None or media_type.name not in self._schemas:
            raise self._unsupported(f"The body must be {' or '.join(self._schemas)}.")
        if media_type.parameters.get("charset", "utf-8").lower() != "utf-8":
            raise self._unsupported("The body must be encoded in UTF-8.")
        return self._schemas[media_type.name]

    def _unsupported(self, detail: str) -> Problem:
        return Problem(415, detail, headers={self._accept: ", ".join(self._schemas)})
