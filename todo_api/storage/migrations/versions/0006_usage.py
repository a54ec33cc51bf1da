"""Count what each user has stored, and make room for compressed answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Add the counts with what there is to count; when somebody registered is not known."""
    for name in ("stored_tasks", "stored_text", "stored_keys", "stored_answers"):
        column = sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("users", column)
    op.add_column("users", sa.Column("registered_at", BinaryText))
    op.create_index("users_registered_at", "users", ["registered_at"])
    op.add_column("idempotency_keys", sa.Column("packed", sa.LargeBinary))
    op.create_index("idempotency_keys_eldest", "idempotency_keys", ["created_at"])
    tasks, keys = sa.table("tasks"), sa.table("idempotency_keys")
    text = size("title") + size("description") + size("labels")
    counts = {
        "stored_tasks": count_of(tasks, sa.func.count()),
        "stored_text": count_of(tasks, sa.func.sum(text)),
        "stored_keys": count_of(keys, sa.func.count()),
        "stored_answers": count_of(keys, sa.func.sum(size("body"))),
    }
    users = sa.table("users", *map(sa.column, counts))
    op.execute(sa.update(users).values(counts))


def count_of(table: sa.TableClause, count: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Return what counts a user's rows of a table."""
    own = sa.literal_column("user_id") == sa.literal_column("users.id")
    return sa.func.coalesce(sa.select(count).select_from(table).where(own).scalar_subquery(), 0)


def size(name: str) -> sa.ColumnElement[int]:
    """Return the bytes of a column of text."""
    if op.get_bind().dialect.name == "sqlite":
        return sa.literal_column(f"length(CAST({name} AS BLOB))", sa.BigInteger)
    return sa.literal_column(f"octet_length({name})", sa.BigInteger)
