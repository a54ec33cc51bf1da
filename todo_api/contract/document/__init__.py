"""Reading the document: what it says, and whether it can be served.

- `document` loads the text as data; `references`, `examples` and `specification` check it.
- `schema` compiles a schema to a validator that explains itself; `string_formats` are its formats.
- `resolver` finds the function of each operation.
"""

from todo_api.contract.document.document import (
    BrokenDocumentError,
    Document,
)
from todo_api.contract.document.resolver import (
    TaggedOperation,
    TagResolver,
)
from todo_api.contract.document.schema import (
    LONGEST_ECHO,
    Schema,
    SchemaError,
    json_pointer,
)
from todo_api.contract.document.specification import (
    Specification,
    checked,
)

__all__ = [
    "LONGEST_ECHO",
    "BrokenDocumentError",
    "Document",
    "Schema",
    "SchemaError",
    "Specification",
    "TagResolver",
    "TaggedOperation",
    "checked",
    "json_pointer",
]
