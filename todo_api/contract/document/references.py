"""The references of a document: each has a target, and none contains itself."""

from typing import Any
from urllib.parse import unquote

from todo_api.contract.document.document import BrokenDocumentError


def check_references(document: dict[str, Any]) -> None:
    """Raise `BrokenDocumentError` for a reference that cannot be replaced by what it names."""
    _Walk(document).follow(document, ())


class _Walk:
    """A walk through a document, along each reference once."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Start with no reference followed."""
        self._document = document
        self._followed: set[str] = set()

    def follow(self, node: Any, trail: tuple[str, ...]) -> None:  # noqa: ANN401 - JSON is any value
        """Walk through a node that the references of the trail have led to."""
        if isinstance(node, list):
            for item in node:
                self.follow(item, trail)
        elif isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in trail:
                raise BrokenDocumentError(f"{reference} holds itself, which is not supported.")
            if reference not in self._followed:
                self.follow(_find(reference, self._document), (*trail, reference))
                self._followed.add(reference)
        elif isinstance(node, dict):
            for member in node.values():
                self.follow(member, trail)


def _find(reference: str, document: dict[str, Any]) -> Any:  # noqa: ANN401
    found: Any = document
    home, *steps = unquote(reference).split("/")
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if home != "#" or found is None:
        raise BrokenDocumentError(f"{reference} is not in the document.")
    return found
