"""What REST adds to plain functions.

- `preconditions`: entity tags, ``If-Match`` and ``If-None-Match``.
- `idempotency`: retries under an ``Idempotency-Key``, which do their work only once.
- `quotas`: what is said when a user has as much as a user may have.
- `roles`: what is said when a user may do too little in a list.
- `cursors`: sealed positions from which the next page of a list begins.
"""

from todo_api.rest.cursors import (
    Cursors,
    next_link,
)
from todo_api.rest.idempotency import (
    KEPT,
    Once,
)
from todo_api.rest.preconditions import (
    CACHE_CONTROL,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    expected_versions,
    not_modified,
    versions_in,
)
from todo_api.rest.quotas import new_owner_full, quota_met, too_many_words
from todo_api.rest.roles import role_too_low, sentence_for

__all__ = [
    "CACHE_CONTROL",
    "KEPT",
    "Cursors",
    "Once",
    "cache_headers",
    "entity_tag",
    "entity_tag_of_lists",
    "expected_versions",
    "new_owner_full",
    "next_link",
    "not_modified",
    "quota_met",
    "role_too_low",
    "sentence_for",
    "too_many_words",
    "versions_in",
]
