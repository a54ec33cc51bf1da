"""Responses held against the document: nothing that it does not declare is ever answered."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from todo_api.contract.media import parse_media_type
from todo_api.contract.parameter import convert
from todo_api.contract.response import Response
from todo_api.contract.schema import Schema

_FRAMING = frozenset({"connection"})
"""Headers of the connection, which no document declares."""
_ADDED_LATER = frozenset({"x-request-id"})
"""Headers that the boundary adds to every response."""


class NonconformingResponseError(Exception):
    """An operation answered what the document does not declare."""


class Conformance:
    """What one operation may answer."""

    def __init__(self, responses: Mapping[str, Mapping[str, Any]], operation: str) -> None:
        """Compile an operation's Responses Object."""
        self._operation = operation
        self._declared = {status: _Declared(response) for status, response in responses.items()}

    def check(self, response: Response) -> None:
        """Raise `NonconformingResponseError` with what the response has that it may not."""
        status = str(response.status)
        declared = next(
            filter(None, map(self._declared.get, (status, f"{status[0]}XX", "default"))), None
        )
        faults = ["the status is not declared"] if declared is None else declared.faults(response)
        for fault in faults:
            raise NonconformingResponseError(
                f"{self._operation} answered {response.status}: {fault}"
            )


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

    def faults(self, response: Response) -> Iterator[str]:
        """Yield what is not as declared."""
        yield from self._header_faults({name.lower(): v for name, v in response.headers.items()})
        sent = parse_media_type(response.media_type or b"")
        if sent is not None and sent.name in self._content:
            if response.is_whole:
                yield from self._body_faults(self._content[sent.name], response.body)
        elif self._content or response.media_type is not None:
            yield f"the content is of the type {response.media_type!r}, which is not declared"

    @staticmethod
    def _body_faults(schema: Schema, body: bytes) -> Iterator[str]:
        for place, sentence in schema.faults(orjson.loads(body)):
            yield f"the body's {place or 'root'} is not as declared: {sentence}"

    def _header_faults(self, sent: Mapping[str, str]) -> Iterator[str]:
        for name in self._required - sent.keys() - _ADDED_LATER:
            yield f"the header {name} is missing"
        for name in sent.keys() - _FRAMING:
            if name not in self._headers:
                yield f"the header {name} is not declared"
            elif not self._headers[name].is_valid(convert(sent[name], self._types[name])):
                yield f"the header {name} is not as declared: {sent[name]}"
