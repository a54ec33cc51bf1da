"""What HTTP adds to plain functions, each thing once.

- `preconditions`: entity tags, and what ``If-Match`` and ``If-None-Match`` make of them.
- `idempotency`: what is asked for twice, done once.
- `cursors`: where the next page of a list begins, sealed.
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
    changed_since,
    entity_tag,
    entity_tag_of_list,
    expected_versions,
    not_modified,
)

__all__ = [
    "CACHE_CONTROL",
    "Cursors",
    "Once",
    "cache_headers",
    "changed_since",
    "entity_tag",
    "entity_tag_of_list",
    "expected_versions",
    "next_link",
    "not_modified",
]
