"""What REST adds to plain functions.

- `preconditions`: entity tags, ``If-Match`` and ``If-None-Match``.
- `idempotency`: retries under an ``Idempotency-Key``, which do their work only once.
- `cursors`: sealed positions from which the next page of a list begins.
"""

from todo_api.rest.cursors import (
    Cursors,
    next_link,
)
from todo_api.rest.idempotency import (
    Once,
)
from todo_api.rest.preconditions import (
    CACHE_CONTROL,
    cache_headers,
    entity_tag,
    entity_tag_of_list,
    expected_versions,
    not_modified,
    precondition_failed,
)

__all__ = [
    "CACHE_CONTROL",
    "Cursors",
    "Once",
    "cache_headers",
    "entity_tag",
    "entity_tag_of_list",
    "expected_versions",
    "next_link",
    "not_modified",
    "precondition_failed",
]
