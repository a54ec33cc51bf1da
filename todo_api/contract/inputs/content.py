"""The content of a body, by its media type: JSON with a schema, or text for the function."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from todo_api.contract.document import Schema
from todo_api.contract.http import (
    JSONTextError,
    Problem,
    StrictJSON,
    bad_body,
    is_json,
    packed_as,
)


class Text(NamedTuple):
    """A body of text, as a function gets it if its body is not JSON."""

    media_type: str
    content: bytes
    """What was sent, which is UTF-8 unless the document leaves that to the function."""
    items: Schema
    """The schema of each item that the function reads from the text."""
    json: StrictJSON
    """The parser for JSON within the text."""
    charset: str | None = None
    """The encoding, in lower case, if the sender states one."""


class JSONContent:
    """JSON that a schema validates."""

    is_any_charset = False

    def __init__(self, schema: Schema, strict: StrictJSON) -> None:
        """Take the schema, and the parser with its limits."""
        self._schema = schema
        self._strict = strict

    def parse(self, text: bytes, _charset: str | None = None) -> Any:  # noqa: ANN401 - JSON is any value
        """Parse and validate; raise `Problem` 400 with every fault."""
        try:
            value = self._strict.loads(text)
        except JSONTextError as fault:
            raise Problem(400, f"The body {fault}", code="malformed_body") from None
        if not self._schema.is_valid(value):
            raise bad_body(self._schema.faults(value))
        return value


class TextContent:
    """Text whose form only the function knows."""

    def __init__(self, media_type: str, definition: Mapping[str, Any], strict: StrictJSON) -> None:
        """Compile a Media Type Object; take the parser with its limits, for the function.

        ``x-item-schema`` in it is the ``itemSchema`` of sequential media types in OpenAPI 3.2. With
        ``x-any-charset`` the function finds out the encoding.
        """
        self.is_any_charset: bool = definition.get("x-any-charset", False)
        self._media_type = media_type
        self._items = Schema(definition.get("x-item-schema", {}))
        self._strict = strict

    def parse(self, text: bytes, charset: str | None = None) -> Text:
        """Pass the text on; raise `Problem` 400 if it is not UTF-8 but has to be."""
        if not self.is_any_charset:
            try:
                text.decode()
            except UnicodeDecodeError as fault:
                detail = packed_as(text) or f"The body is not UTF-8 at byte {fault.start + 1:,}."
                raise Problem(400, detail, code="malformed_body") from None
        return Text(self._media_type, text, self._items, self._strict, charset)


def compile_content(
    media_type: str, definition: Mapping[str, Any], strict: StrictJSON
) -> JSONContent | TextContent | None:
    """Compile a Media Type Object; return None for what is neither JSON nor text.

    JSON that consists of items is text for the function, which reads them one by one.
    """
    schema = definition.get("schema", {})
    if "x-item-schema" in definition:
        return TextContent(media_type, definition, strict)
    if is_json(media_type):
        return JSONContent(Schema(schema), strict)
    if schema.get("type") == "string" and schema.get("format") in {None, "binary"}:
        return TextContent(media_type, definition, strict)
    return None
