"""Give tasks their fields, their order of changes, and what they are found by."""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from alembic import op

from todo_api.storage.text import sort_key, words_of

revision = "0002"
down_revision = "0001"

# Where the rules for what tasks are found by change, a later step makes all of it anew: so here it
# may be made by the rules of today.

BATCH = 1000
BATCHES_TO_TELL = 20

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Make the new tables, and move the tasks into theirs."""
    op.add_column(
        "users", sa.Column("last_change", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("users", sa.Column("last_changed_at", BinaryText))
    op.add_column(
        "users", sa.Column("forgotten_change", sa.BigInteger, nullable=False, server_default="0")
    )
    if op.get_bind().dialect.name == "postgresql":
        # There, unlike in SQLite, no two tables can have constraints of the same name.
        for name in ("tasks_pkey", "tasks_user_id_fkey"):
            op.drop_constraint(name, "tasks")
    op.rename_table("tasks", "earlier_tasks")
    tasks = create_tasks()
    create_companion("task_labels", sa.Column("label", BinaryText, nullable=False))
    words = create_companion("task_words", sa.Column("word", BinaryText, nullable=False))
    create_others()
    move_tasks(tasks, words)
    op.drop_table("earlier_tasks")
    # After the rows: an index is made faster than it is kept.
    for name, column in (
        ("done", "done"),
        ("title", "title_key"),
        ("due", "due_key"),
        ("priority", "priority"),
        ("updated", "updated_at"),
    ):
        op.create_index(f"tasks_{name}", "tasks", ["user_id", column, "id"])
    op.create_index("tasks_change", "tasks", ["user_id", "change"], unique=True)


def create_tasks() -> sa.Table:
    """Create the new table of tasks."""
    return op.create_table(
        "tasks",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("title", BinaryText, nullable=False),
        sa.Column("description", BinaryText, nullable=False),
        sa.Column(
            "done",
            sa.Boolean(create_constraint=True, name=op.f("tasks_done_check")),
            nullable=False,
        ),
        sa.Column("due", BinaryText),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("created_at", BinaryText, nullable=False),
        sa.Column("updated_at", BinaryText, nullable=False),
        sa.Column("completed_at", BinaryText),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("title_key", BinaryText, nullable=False),
        sa.Column("due_key", BinaryText),
        sa.Column("words", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="tasks_pkey"),
        owned_by_user("tasks"),
    )


def create_companion(name: str, column: sa.Column[str]) -> sa.Table:
    """Create a table of what tasks are found by."""
    return op.create_table(
        name,
        sa.Column("user_id", sa.BigInteger, nullable=False),
        column,
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", column.name, "task_id", name=f"{name}_pkey"),
        owned_by_user(name),
        sqlite_with_rowid=False,
    )


def create_others() -> None:
    """Create the tables that begin empty, and the service's key."""
    op.create_table(
        "deleted_tasks",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "change", name="deleted_tasks_pkey"),
        owned_by_user("deleted_tasks"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("key", BinaryText, nullable=False),
        sa.Column("fingerprint", BinaryText, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", BinaryText, nullable=False),
        sa.Column("created_at", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="idempotency_keys_pkey"),
        owned_by_user("idempotency_keys"),
    )
    op.create_index("idempotency_keys_created", "idempotency_keys", ["user_id", "created_at"])
    secrets = op.create_table(
        "secrets",
        sa.Column("name", BinaryText, nullable=False),
        sa.Column("value", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("name", name="secrets_pkey"),
    )
    op.bulk_insert(secrets, [{"name": "tokens", "value": token_hex(32)}])


def owned_by_user(table: str) -> sa.ForeignKeyConstraint:
    """Make a table's rows go when their user goes."""
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=f"{table}_user_id_fkey", ondelete="CASCADE"
    )


def now() -> str:
    """Return the present in the one form of stored times, as it was when this step was written."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def move_tasks(tasks: sa.Table, words: sa.Table) -> None:
    """Fill the new table: what happened before was the creation of each task, in order, now."""
    db = op.get_bind()
    earlier = sa.table(
        "earlier_tasks",
        *(sa.column(name) for name in ("user_id", "id", "title", "description")),
        sa.column("done", sa.Boolean),
    )
    tell: Callable[[str], None] = op.get_context().opts["tell"]
    total = db.scalar(sa.select(sa.func.count()).select_from(earlier)) or 0
    in_order = sa.select(earlier).order_by(earlier.c.user_id, earlier.c.id)
    at = now()
    batches = db.execute(in_order, execution_options={"yield_per": BATCH}).partitions()
    for number, rows in enumerate(batches):
        if number and number % BATCHES_TO_TELL == 0:
            tell(f"{number * BATCH:,} of {total:,} tasks have been moved.")
        moved = [renewed(row._asdict(), at) for row in rows]
        db.execute(sa.insert(tasks), moved)
        found_by = [
            {"user_id": task["user_id"], "word": word, "task_id": task["id"]}
            for task in moved
            for word in task["words"].split()
        ]
        if found_by:
            db.execute(sa.insert(words), found_by)
    users = sa.table("users", *map(sa.column, ("last_task_id", "last_change", "last_changed_at")))
    db.execute(sa.update(users).values(last_change=users.c.last_task_id, last_changed_at=at))


def renewed(task: dict[str, Any], at: str) -> dict[str, Any]:
    """Return a task with the fields that it did not have."""
    return {
        **task,
        "due": None,
        "priority": 0,
        "labels": "[]",
        "created_at": at,
        "updated_at": at,
        "completed_at": at if task["done"] else None,
        "change": task["id"],
        "title_key": sort_key(task["title"]),
        "due_key": None,
        "words": "".join(f" {word}" for word in words_of(task["title"], task["description"])),
    }
