"""Find words within text without spaces, and words with their marks."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from todo_api.storage.text import words_of

revision = "0009"
down_revision = "0008"

# Where the rules for what tasks are found by change, a later step makes all of it anew: so here it
# may be made by the rules of today.

BATCH = 200
BATCHES_TO_TELL = 100

TASKS = sa.table("tasks", *map(sa.column, ("user_id", "id", "title", "description", "words")))
WORDS = sa.table("task_words", *map(sa.column, ("user_id", "word", "task_id")))
KEY = sa.tuple_(TASKS.c.user_id, TASKS.c.id)
UPDATE = (
    sa.update(TASKS)
    .where(TASKS.c.user_id == sa.bindparam("owner"), TASKS.c.id == sa.bindparam("task"))
    .values(words=sa.bindparam("found_by"))
)
DELETE = sa.delete(WORDS).where(
    WORDS.c.user_id == sa.bindparam("owner"),
    WORDS.c.task_id == sa.bindparam("task"),
    WORDS.c.word == sa.bindparam("lost"),
)


def upgrade() -> None:
    """Renew what tasks are found by; ASCII has neither, so that nothing changes for it."""
    db = op.get_bind()
    tell: Callable[[str], None] = op.get_context().opts["tell"]
    total = db.scalar(sa.select(sa.func.count()).select_from(TASKS)) or 0
    number = 0
    rows = batch_after(db, 0, 0)
    while rows:
        renew(db, (row for row in rows if not (row.title + row.description).isascii()))
        number += 1
        if number % BATCHES_TO_TELL == 0:
            tell(f"The words of {number * BATCH:,} of {total:,} tasks have been looked at.")
        rows = batch_after(db, rows[-1].user_id, rows[-1].id)


def batch_after(db: sa.Connection, user_id: int, task_id: int) -> Sequence[sa.Row[Any]]:
    """Return the next tasks in the order of their keys."""
    after = sa.tuple_(sa.literal(user_id), sa.literal(task_id))
    statement = sa.select(TASKS).where(after < KEY).order_by(*KEY.clauses).limit(BATCH)
    return db.execute(statement).all()


def renew(db: sa.Connection, rows: Iterable[sa.Row[Any]]) -> None:
    """Let tasks be found by the words that they have now."""
    updates, deletes, inserts = [], [], []
    for row in rows:
        old, new = set(row.words.split()), words_of(row.title, row.description)
        key = {"owner": row.user_id, "task": row.id}
        if old != set(new):
            updates.append({**key, "found_by": "".join(f" {word}" for word in new)})
        deletes += [{**key, "lost": word} for word in old.difference(new)]
        inserts += [
            {"user_id": row.user_id, "task_id": row.id, "word": word}
            for word in new
            if word not in old
        ]
    for statement, values in ((UPDATE, updates), (DELETE, deletes), (sa.insert(WORDS), inserts)):
        if values:
            db.execute(statement, values)
