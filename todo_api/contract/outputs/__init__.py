"""What goes out: `stream` sends content while it is made, `conformance` checks every answer."""

from todo_api.contract.outputs.conformance import (
    Conformance,
)
from todo_api.contract.outputs.stream import (
    Stream,
    StreamedResponse,
)

__all__ = [
    "Conformance",
    "Stream",
    "StreamedResponse",
]
