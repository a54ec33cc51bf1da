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
    Authenticator,
    Credentials,
    Granted,
    InsufficientScopeError,
    SecuritySchemes,
    UnauthenticatedError,
    UnverifiedError,
)

__all__ = [
    "Authenticator",
    "Body",
    "Credentials",
    "Granted",
    "InsufficientScopeError",
    "NoBody",
    "Parameters",
    "SecuritySchemes",
    "Text",
    "UnauthenticatedError",
    "UnverifiedError",
    "convert",
]
