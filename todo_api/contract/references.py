"""The references of a document: each leads somewhere, and none to itself."""

from typing import Any
from urllib.parse import unquote

from todo_api.contract.document import BrokenDocumentError


def check_references(document: dict[str, Any]) -> None:
    """Raise `BrokenDocumentError` for a reference that cannot be replaced by what it names."""
    _follow(document, document, ())


def _follow(node: Any, document: dict[str, Any], trail: tuple[str, ...]) -> None:  # noqa: ANN401 - JSON is any value
    if isinstance(node, list):
        for item in node:
            _follow(item, document, trail)
    elif isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in trail:
            raise BrokenDocumentError(f"{reference} holds itself, which is not supported.")
        _follow(_find(reference, document), document, (*trail, reference))
    elif isinstance(node, dict):
        for member in node.values():
            _follow(member, document, trail)


def _find(reference: str, document: dict[str, Any]) -> Any:  # noqa: ANN401
    found: Any = document
    home, *steps = unquote(reference).split("/")
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if home != "#" or found is None:
        raise BrokenDocumentError(f"{reference} is not in the document.")
    return found
