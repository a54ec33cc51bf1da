"""What comes in: how a request becomes the arguments of a function.

- `parameters` converts and validates path, query and headers.
- `body` receives a body, and `content` parses and validates it.
- `security` says who sends the request.
"""

from todo_api.contract.inputs.body import (
    Body,
    NoBody,
)
from todo_api.contract.inputs.content import (
    Text,
)
from todo_api.contract.inputs.parameters import (
    Parameters,
    convert,
)
from todo_api.contract.inputs.security import (
    Attempt,
    Authenticator,
    SecuritySchemes,
    UnauthenticatedError,
    recall,
    verify,
)

__all__ = [
    "Attempt",
    "Authenticator",
    "Body",
    "NoBody",
    "Parameters",
    "SecuritySchemes",
    "Text",
    "UnauthenticatedError",
    "convert",
    "recall",
    "verify",
]
