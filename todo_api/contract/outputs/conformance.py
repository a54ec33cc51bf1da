"""Checks responses against the document, so that nothing undeclared is ever answered.

JSON and JSON Lines are validated by their schemas; other content may be anything.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from typing import Any

import orjson

from todo_api.contract.document import Schema
from todo_api.contract.http import Response, is_json_lines, parse_media_type
from todo_api.contract.inputs import convert
from todo_api.contract.outputs.stream import Chunks

_FRAMING = frozenset({"connection"})
"""Headers of the connection, which no document declares."""
_ADDED_LATER = frozenset({"x-request-id"})
"""Headers that the boundary adds to every response."""


class NonconformingResponseError(Exception):
    """An operation answered what the document does not declare."""


class Conformance:
    """What one operation may answer."""

    def __init__(self, responses: Mapping[str, Mapping[str, Any]], operation: str) -> None:
        """Take an operation's Responses Object; each response is compiled when first given."""
        self._operation = operation
        self._responses = responses
        self._declared = cache(lambda name: _Declared(responses[name]))

    def check(self, response: Response) -> None:
        """Raise `NonconformingResponseError` if anything in the response is not as declared."""
        declared = self._response(response.status)
        faults = ["the status is not declared"] if declared is None else declared.faults(response)
        for fault in faults:
            raise self._error(response.status, fault)

    def checked(self, chunks: Chunks, status: int, media_type: str) -> Chunks:
        """Return the chunks of a stream, with lines of JSON validated by their `x-item-schema`."""
        declared = self._response(status)
        items = None if declared is None else declared.items.get(media_type)
        return chunks if items is None else self._checked_lines(chunks, status, items)

    def _checked_lines(self, chunks: Chunks, status: int, items: Schema) -> Chunks:
        """Yield each chunk after validating the lines that end in it."""
        begun = b""
        with closing(chunks):
            for chunk in chunks:
                *lines, begun = (begun + chunk).split(b"\n")
                self._check_lines(lines, status, items)
                yield chunk
            self._check_lines([begun], status, items)

    def _check_lines(self, lines: list[bytes], status: int, items: Schema) -> None:
        for line in filter(bytes.strip, lines):
            for fault in _content_faults("a line", line, items):
                raise self._error(status, fault)

    def _response(self, status: int) -> "_Declared | None":
        """Return what the document says of a status, itself or in a range (OpenAPI 3.0)."""
        names = (str(status), f"{status // 100}XX", "default")
        name = next(filter(self._responses.__contains__, names), None)
        return None if name is None else self._declared(name)

    def _error(self, status: int, fault: str) -> NonconformingResponseError:
        return NonconformingResponseError(f"{self._operation} answered {status}: {fault}")


class _Declared:
    """One Response Object."""

    def __init__(self, response: Mapping[str, Any]) -> None:
        headers = response.get("headers", {})
        self._headers = {name.lower(): Schema(header["schema"]) for name, header in headers.items()}
        self._types = {
            name.lower(): header["schema"].get("type", "string") for name, header in headers.items()
        }
        self._required = {
            name.lower() for name, header in headers.items() if header.get("required")
        }
        self._content = {
            media_type.lower(): Schema(content.get("schema", {}))
            for media_type, content in response.get("content", {}).items()
        }
        self.items = {
            media_type.lower(): Schema(content.get("x-item-schema", {}))
            for media_type, content in response.get("content", {}).items()
            if is_json_lines(media_type.lower())
        }
        """The schema of each line, for media types that are lines of JSON."""

    def faults(self, response: Response) -> Iterator[str]:
        """Yield what is not as declared."""
        yield from self._header_faults({name.lower(): v for name, v in response.headers.items()})
        sent = parse_media_type(response.media_type or b"")
        if sent is not None and sent.name in self._content:
            if response.is_whole:
                yield from _content_faults("the body", response.body, self._content[sent.name])
        elif self._content or response.media_type is not None:
            yield f"the content is of the type {response.media_type!r}, which is not declared"

    def _header_faults(self, sent: Mapping[str, str]) -> Iterator[str]:
        for name in self._required - sent.keys() - _ADDED_LATER:
            yield f"the header {name} is missing"
        for name in sent.keys() - _FRAMING:
            if name not in self._headers:
                yield f"the header {name} is not declared"
            elif not self._headers[name].is_valid(convert(sent[name], self._types[name])):
                yield f"the header {name} is not as declared: {sent[name]}"


def _content_faults(what: str, text: bytes, schema: Schema) -> Iterator[str]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        yield f"{what} is not JSON"
        return
    for place, sentence in schema.faults(value):
        yield f"{what}'s {place or 'root'} is not as declared: {sentence}"
