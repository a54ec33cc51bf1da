"""The document that the service runs from: where it is, and what it says."""

from functools import cache
from pathlib import Path

from todo_api.contract import Document


def document_path() -> Path:
    """Return the path of the document: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "openapi" / "todo.yaml"
    return installed if installed.exists() else package.parent / "openapi" / "todo.yaml"


@cache
def document() -> Document:
    """Read the document, once a process."""
    return Document.read(document_path())
