"""The examples of a document, held against its schemas: a reader may copy each of them."""

from collections.abc import Iterator
from typing import Any

from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.schema import Schema


def check_examples(written: dict[str, Any], resolved: dict[str, Any]) -> None:
    """Validate every example of a document, each where it is written.

    Args:
        written: the document as its author wrote it.
        resolved: the same with references replaced by what they refer to.

    Raises:
        BrokenDocumentError: for an example that its schema refuses.

    """
    for place, schema, example in _examples(written, resolved, ""):
        for pointer, sentence in Schema(schema).faults(example):
            at = f" at {pointer}" if pointer else ""
            raise BrokenDocumentError(f"The example in {place} is not valid{at}: {sentence}")


def _examples(written: Any, resolved: Any, place: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON is any value
    """Yield place, schema and value of the examples below a place."""
    if isinstance(written, list):
        for index, (item, meant) in enumerate(zip(written, resolved, strict=True)):
            yield from _examples(item, meant, f"{place}/{index}")
    if not isinstance(written, dict) or "$ref" in written:
        return
    # Media types, parameters and headers have a schema beside their examples; a schema is its own.
    schema = resolved.get("schema", resolved)
    if "example" in written:
        yield f"{place}/example", schema, written["example"]
    if "schema" in written:
        for name, example in resolved.get("examples", {}).items():
            yield f"{place}/examples/{name}", schema, example["value"]
    for name, member in written.items():
        if name not in {"example", "examples", "default", "enum"}:
            yield from _examples(member, resolved[name], f"{place}/{name}")
