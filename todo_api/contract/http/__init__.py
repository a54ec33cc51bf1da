"""The wire: requests, responses, errors and what their headers mean.

- `request` and `response` are the two messages; `problem` is the one shape of every error.
- `media` reads media types and ``Accept``; `negotiation` chooses among an operation's.
- `packed` knows bodies that hold no text, such as compressed files.
- `entity_tags` reads lists of entity tags; `strict_json` parses JSON without surprises.
"""

from todo_api.contract.http.entity_tags import (
    is_known,
    parse_entity_tags,
)
from todo_api.contract.http.media import (
    JSON,
    content_type,
    is_json,
    is_json_lines,
    parse_media_type,
)
from todo_api.contract.http.negotiation import (
    Negotiation,
)
from todo_api.contract.http.packed import packed_as
from todo_api.contract.http.problem import (
    MOST_FAULTS,
    Problem,
    bad_body,
    bad_parameters,
    unavailable,
    words_for,
)
from todo_api.contract.http.request import (
    ABANDONED,
    AWAITED_SINCE,
    Caller,
    ClientDisconnectedError,
    Limits,
    Request,
    new_request_id,
    too_large,
    too_large_fields,
    too_long_url,
)
from todo_api.contract.http.response import (
    WITHOUT_CONTENT,
    Fields,
    Response,
)
from todo_api.contract.http.strict_json import (
    JSONTextError,
    StrictJSON,
)

__all__ = [
    "ABANDONED",
    "AWAITED_SINCE",
    "JSON",
    "MOST_FAULTS",
    "WITHOUT_CONTENT",
    "Caller",
    "ClientDisconnectedError",
    "Fields",
    "JSONTextError",
    "Limits",
    "Negotiation",
    "Problem",
    "Request",
    "Response",
    "StrictJSON",
    "bad_body",
    "bad_parameters",
    "content_type",
    "is_json",
    "is_json_lines",
    "is_known",
    "new_request_id",
    "packed_as",
    "parse_entity_tags",
    "parse_media_type",
    "too_large",
    "too_large_fields",
    "too_long_url",
    "unavailable",
    "words_for",
]
