"""What goes out: `stream` sends content while it is made, `conformance` checks every answer."""

from todo_api.contract.outputs.conformance import (
    Conformance,
)
from todo_api.contract.outputs.stream import (
    BrokenOffError,
    Chunks,
    Stream,
    StreamedResponse,
)

__all__ = [
    "BrokenOffError",
    "Chunks",
    "Conformance",
    "Stream",
    "StreamedResponse",
]
