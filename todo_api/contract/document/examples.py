"""The examples and defaults of a document, validated because readers rely on them."""

from collections.abc import Iterator
from typing import Any

from todo_api.contract.document.document import BrokenDocumentError
from todo_api.contract.document.schema import Schema


def check_examples(written: dict[str, Any], resolved: dict[str, Any]) -> None:
    """Validate every example and default of a document, each where it is written.

    Args:
        written: the document as its author wrote it.
        resolved: the same with references replaced by what they refer to.

    Raises:
        BrokenDocumentError: for one that its schema refuses.

    """
    for place, schema, value in _values(written, resolved, ""):
        for pointer, sentence in Schema(schema).faults(value):
            at = f" at {pointer}" if pointer else ""
            raise BrokenDocumentError(f"The value in {place} is not valid{at}: {sentence}")


_MAPS = frozenset(
    {
        *("callbacks", "content", "examples", "headers", "links", "parameters", "paths"),
        *("properties", "requestBodies", "responses", "schemas", "securitySchemes", "variables"),
    }
)
"""Objects whose members have names of the author's choice, such as `default`."""


def _values(written: Any, resolved: Any, place: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON is any value
    """Yield place, schema and value of the examples and defaults below a place."""
    if isinstance(written, list):
        for index, (item, meant) in enumerate(zip(written, resolved, strict=True)):
            yield from _values(item, meant, f"{place}/{index}")
    if not isinstance(written, dict) or "$ref" in written:
        return
    yield from _own_values(written, resolved, place)
    for name, member in written.items():
        if name in _MAPS and isinstance(member, dict):
            for key, item in member.items():
                yield from _values(item, resolved[name][key], f"{place}/{name}/{key}")
        elif name not in {"example", "default", "enum"}:
            yield from _values(member, resolved[name], f"{place}/{name}")


def _own_values(
    written: dict[str, Any], resolved: dict[str, Any], place: str
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the examples and defaults of the object at a place itself."""
    # Media types, parameters and headers have a schema beside their examples; a schema is its own.
    schema = resolved.get("schema", resolved)
    for name in ("example", "default"):
        if name in written:
            yield f"{place}/{name}", schema, written[name]
    if "schema" in written:
        for name, example in resolved.get("examples", {}).items():
            yield f"{place}/examples/{name}", schema, example["value"]
