"""Reading the document: what it says, and whether it can be served.

- `document` loads the text as data; `references` and `examples` are checked in it.
- `schema` compiles a schema to a validator that explains itself; `string_formats` are its formats.
"""

from todo_api.contract.document.document import (
    BrokenDocumentError,
    Document,
)
from todo_api.contract.document.examples import check_examples
from todo_api.contract.document.references import check_references
from todo_api.contract.document.schema import (
    LONGEST_ECHO,
    Schema,
    SchemaError,
    json_pointer,
)

__all__ = [
    "LONGEST_ECHO",
    "BrokenDocumentError",
    "Document",
    "Schema",
    "SchemaError",
    "check_examples",
    "check_references",
    "json_pointer",
]
