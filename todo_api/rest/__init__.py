"""What REST adds to plain functions.

- `preconditions`: entity tags, ``If-Match`` and ``If-None-Match``.
- `idempotency`: retries under an ``Idempotency-Key``, which do their work only once.
- `quotas`: what is said when a user has as much as a user may have.
- `branches`: what is said of tasks that cannot be parts of others.
- `roles`: what is said when a user may do too little in a list.
- `cursors`: sealed positions from which the next page of a list begins.
"""

from todo_api.rest.branches import branch_too_large, neighbour_refused, parent_refused
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
    Precondition,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    expected_versions,
    not_modified,
)
from todo_api.rest.quotas import new_owner_full, quota_met, too_many_words
from todo_api.rest.roles import role_too_low, sentence_for

__all__ = [
    "CACHE_CONTROL",
    "KEPT",
    "Cursors",
    "Once",
    "Precondition",
    "branch_too_large",
    "cache_headers",
    "entity_tag",
    "entity_tag_of_lists",
    "expected_versions",
    "neighbour_refused",
    "new_owner_full",
    "next_link",
    "not_modified",
    "parent_refused",
    "quota_met",
    "role_too_low",
    "sentence_for",
    "too_many_words",
]
