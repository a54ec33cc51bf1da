"""The body of a request: its media type, its size, its content."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.http import (
    Limits,
    Problem,
    Request,
    StrictJSON,
    parse_media_type,
    too_large,
)
from todo_api.contract.inputs.content import JSONContent, TextContent, compile_content
from todo_api.contract.inputs.spool import Room, Spool

MOST_UNKNOWN_BYTES = 4096
"""A larger body is received from a known sender only; a smaller one most often comes at once."""


class NoBody:
    """The body of an operation that has none."""

    is_argument = False

    def check_headers(self, request: Request) -> None:
        """Accept any headers: a ``Content-Type`` without a body is no fault."""

    async def receive(self, request: Request) -> bytes:
        """Refuse any body but an empty one, with 400."""
        if request.announces_body:
            try:
                await request.body(limit=0)
            except Problem as too_large:
                raise Problem(
                    400,
                    "This operation takes no body.",
                    code="unexpected_body",
                    headers=too_large.headers,
                ) from None
        return b""

    def parse(self, request: Request, text: bytes) -> None:
        """Return None."""


class Body:
    """The body of an operation, in one or more media types."""

    is_argument = True

    def __init__(
        self,
        definition: Mapping[str, Any],
        limits: Limits,
        operation: str,
        *,
        method: str = "",
        is_open: bool = False,
    ) -> None:
        """Compile a Request Body Object; ``x-max-bytes`` in it replaces the limit on bodies.

        Where the operation ``is_open`` to strangers, it can only be smaller.
        """
        # RFC 5789, 2.2, has a name of its own for what a PATCH may be.
        self._accept = "Accept-Patch" if method.upper() == "PATCH" else "Accept"
        self._required: bool = definition.get("required", False)
        stated: int = definition.get("x-max-bytes", limits.body)
        self._limit = min(stated, limits.body) if is_open else stated
        self._usual_limit = limits.body
        self.spool = Spool(limits)
        """Where bodies that are larger than usual are received."""
        self._contents: dict[str, JSONContent | TextContent] = {}
        strict = StrictJSON(depth=limits.json_depth, digits=limits.json_digits)
        for name, media_type_object in definition["content"].items():
            content = compile_content(name.lower(), media_type_object, strict)
            if content is None:
                raise BrokenDocumentError(f"{operation}: a body of {name} is not supported.")
            self._contents[name.lower()] = content

    @contextmanager
    def room(self, sender: Any, address: str) -> Iterator[Room]:  # noqa: ANN401 - the application's own type
        """Give room for a large body of a sender; raise `Problem` 503 if the sender has some."""
        with self.spool.admission(sender), self.spool.room(self._limit, address) as room:
            yield room

    def is_large(self, request: Request) -> bool:
        """Tell whether a body may be larger than usual, so that its sender must be known first."""
        return self._limit > self._usual_limit and _is_longer(request, self._usual_limit)

    def is_worth_asking(self, request: Request) -> bool:
        """Tell whether to find out who sends a body before receiving or even asking for it."""
        return _is_longer(request, MOST_UNKNOWN_BYTES) or b"expect" in request.headers

    def check_headers(self, request: Request) -> None:
        """Refuse a body before it is read: 415 for its type, 413 for its stated length."""
        if not request.announces_body:
            return
        self._content_for(request)
        length = request.headers.get(b"content-length", b"0")
        if int(length) > self._limit:
            raise too_large(self._limit)

    async def receive(self, request: Request) -> bytes:
        """Read the body; raise `Problem` 413 beyond the limit."""
        return await request.body(self._limit) if request.announces_body else b""

    def parse(self, request: Request, text: bytes) -> Any:  # noqa: ANN401 - JSON is any value
        """Parse and validate; raise `Problem` 400 with every fault."""
        if text or self._is_empty_text(request):
            content, charset = self._content_for(request)
            return content.parse(text, charset)
        if self._required:
            raise Problem(400, "This operation needs a body.", code="missing_body")
        return None

    def _is_empty_text(self, request: Request) -> bool:
        """Tell whether an empty body is an empty text rather than no body at all."""
        media_type = parse_media_type(request.headers.get(b"content-type", b""))
        return media_type is not None and isinstance(
            self._contents.get(media_type.name), TextContent
        )

    def _content_for(self, request: Request) -> tuple[JSONContent | TextContent, str | None]:
        """Choose by ``Content-Type`` (RFC 9110, 8.3); return the stated encoding as well.

        All text is UTF-8 (RFC 8259, 8.1), unless the document has the function find that out.
        """
        if request.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem(
                415, "The body must not be compressed.", headers={"Accept-Encoding": "identity"}
            )
        media_type = parse_media_type(request.headers.get(b"content-type", b""))
        if media_type is None or media_type.name not in self._contents:
            raise self._unsupported(f"The body must be {' or '.join(self._contents)}.")
        content = self._contents[media_type.name]
        charset = media_type.parameters.get("charset", "").lower() or None
        if charset not in {None, "utf-8"} and not content.is_any_charset:
            raise self._unsupported("The body must be encoded in UTF-8.")
        return content, charset

    def _unsupported(self, detail: str) -> Problem:
        return Problem(415, detail, headers={self._accept: ", ".join(self._contents)})


def _is_longer(request: Request, size: int) -> bool:
    """Tell whether a body may be longer than this, as far as the headers tell."""
    if not request.announces_body:
        return False
    length = request.headers.get(b"content-length")
    return length is None or int(length) > size
