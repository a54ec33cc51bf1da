"""Parameters of an operation: from the text of a request to a handler's arguments."""

import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import unquote_to_bytes

from todo_api.contract.document import LONGEST_ECHO, BrokenDocumentError, Schema
from todo_api.contract.http import Problem, Request, bad_parameters
from todo_api.contract.sentences import Sentence

Fault = tuple[str, str]
"""A parameter's name and a sentence."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_BARE_OFFSET = re.compile(r"(?<=:\d\d)((?:\.\d+)?[+-]\d\d)(\d\d)$", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?")


class Parameter:
    """One parameter, compiled."""

    def __init__(self, definition: Mapping[str, Any], operation: str) -> None:
        """Compile a Parameter Object; raise `BrokenDocumentError` for what is not supported."""
        self.name: str = definition["name"]
        self.place: str = definition["in"]
        self.argument = self.name
        if self.place == "header":
            self.argument = self.name.lower().replace("-", "_")
        self.required: bool = definition.get("required", False)
        schema = definition.get("schema")
        if schema is None or self.place == "cookie":
            raise BrokenDocumentError(f"{operation}: {self.name} has no schema or is a cookie.")
        self.is_list = schema.get("type") == "array"
        style = definition.get("style", "form" if self.place == "query" else "simple")
        repeated = definition.get("explode", style == "form")
        listable = self.place == "query" and repeated
        if (
            style not in {"form", "simple"}
            or schema.get("type") == "object"
            or (self.is_list and not listable)
        ):
            raise BrokenDocumentError(f"{operation}: the style of {self.name} is not supported.")
        item = schema.get("items", {}) if self.is_list else schema
        self._kind: str = item.get("type", "string")
        if item.get("format") == "date-time":
            self._kind = "date-time"
        self._default: Any = schema.get("default")
        description = definition.get("description")
        self._schema = Schema({"description": description} | schema if description else schema)

    def read(self, texts: Sequence[str]) -> tuple[Any, list[Fault]]:
        """Convert and validate what was sent; the faults name the parameter."""
        if not self.is_list and len(texts) > 1:
            return None, [self._fault("repeated", "This parameter may be given only once.")]
        values = [convert(text, self._kind) for text in texts]
        value = values if self.is_list else values[0]
        if self._schema.is_valid(value):
            return value, []
        if self._would_be_valid_with_plus(value):
            sentence = "In a URL, + stands for a space: write it as %2B."
            return None, [self._fault("wrong_form", sentence)]
        return None, [(self.name, sentence) for _, sentence in self._schema.faults(value)]

    def _would_be_valid_with_plus(self, value: object) -> bool:
        """Tell whether spaces in a URL's value were meant to be plus signs."""
        if self.place != "query" or not isinstance(value, str):
            return False
        return self._schema.is_valid(convert(value.replace(" ", "+"), self._kind))

    def absent(self) -> Any:  # noqa: ANN401 - a value of the schema's type
        """Return the default, or None; a list is copied, so that no two requests share it."""
        return deepcopy(self._default)

    def missing(self) -> Fault:
        """Return the fault of a required parameter that was not given."""
        return self._fault("required", "This parameter is required.")

    def _fault(self, code: str, detail: str) -> Fault:
        return self.name, Sentence(code, detail)


def convert(text: str, kind: str) -> Any:  # noqa: ANN401 - a value of the schema's type
    """Convert to a schema's type; what cannot be converted stays text, which it refuses.

    Spellings with one meaning are taken: the booleans of other languages (``True``), and ISO 8601's
    offset without a colon (``+0100``).
    """
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind == "date-time":
        return _BARE_OFFSET.sub(r"\1:\2", text)
    return text


class Parameters:
    """All parameters of an operation."""

    def __init__(
        self,
        definitions: Sequence[Mapping[str, Any]],
        operation: str,
        ignored: Collection[str] = (),
    ) -> None:
        """Compile the operation's Parameter Objects; a GET may also have ``ignored`` ones."""
        parameters = [Parameter(definition, operation) for definition in definitions]
        self.arguments = [parameter.argument for parameter in parameters]
        for argument in self.arguments:
            if self.arguments.count(argument) > 1:
                raise BrokenDocumentError(f"{operation}: two parameters are called {argument}.")
        self.path_names = {p.name for p in parameters if p.place == "path"}
        self._path = [p for p in parameters if p.place == "path"]
        self._query = {p.name: p for p in parameters if p.place == "query"}
        self._ignored = frozenset(ignored) - self._query.keys()
        self._needs_query = any(p.required for p in self._query.values())
        self._headers = [(p.name.lower().encode(), p) for p in parameters if p.place == "header"]
        self._absent = {p.argument: p.absent() for p in parameters if p.place != "path"}
        self._copied = [p for p in parameters if p.is_list and p.absent() is not None]

    def read(self, request: Request, path_arguments: Mapping[str, str]) -> dict[str, Any]:
        """Return the handler's arguments by name; an absent parameter has its default or None.

        Raises:
            Problem: 404 where a path argument cannot name anything, 400 with every fault of
                the query and the headers.

        """
        arguments = self._absent.copy()
        for parameter in self._copied:
            arguments[parameter.argument] = parameter.absent()
        for parameter in self._path:
            value, faults = parameter.read([path_arguments[parameter.name]])
            if faults:
                raise Problem(404)
            arguments[parameter.argument] = value
        faults = []
        if request.query or self._needs_query:
            faults += self._read_query(request, arguments)
        for name, parameter in self._headers:
            text = request.headers.get(name)
            if text is not None or parameter.required:
                texts = None if text is None else [text.decode("latin-1")]
                faults += _read_one(parameter, texts, arguments)
        if faults:
            raise bad_parameters(faults)
        return arguments

    def _read_query(self, request: Request, arguments: dict[str, Any]) -> list[Fault]:
        given = _parse_query(request.query)
        if request.method in {"GET", "HEAD"}:
            for name in self._ignored:
                given.pop(name, None)
        faults = [self._unknown(name) for name in given if name not in self._query]
        for name, parameter in self._query.items():
            if name in given or parameter.required:
                faults += _read_one(parameter, given.get(name), arguments)
        return faults

    def _unknown(self, name: str) -> Fault:
        detail = "There is no such parameter here."
        plain, bracket, _ = name.partition("[")
        if bracket and plain in self._query:
            # Some clients write the names of lists so, or are told to.
            detail = f"There is no such parameter here: write {plain}=, without brackets."
        return name[:LONGEST_ECHO], Sentence("unknown_parameter", detail)


def _read_one(
    parameter: Parameter, texts: list[str] | None, arguments: dict[str, Any]
) -> list[Fault]:
    if texts is None:
        return [parameter.missing()]
    arguments[parameter.argument], faults = parameter.read(texts)
    return faults


def _parse_query(query: bytes) -> dict[str, list[str]]:
    """Split a query as HTML forms write it; refuse what is not UTF-8 or holds NUL.

    Nothing between two ``&``, or before or behind one, is nothing
    (https://url.spec.whatwg.org/#urlencoded-parsing).
    """
    given: dict[str, list[str]] = {}
    for field in filter(None, query.split(b"&")):
        name, _, value = field.replace(b"+", b" ").partition(b"=")
        try:
            text = unquote_to_bytes(value).decode()
            given.setdefault(unquote_to_bytes(name).decode(), []).append(text)
        except UnicodeDecodeError:
            raise Problem(400, "The query is not percent-encoded UTF-8.") from None
        if not name:
            raise Problem(400, "The query holds a parameter without a name.")
        if "\0" in text:
            raise Problem(400, "The query holds a NUL character, which no text may.")
    return given
