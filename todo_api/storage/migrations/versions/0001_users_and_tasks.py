"""Create the tables of users and of their tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")
CountedInteger = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "users",
        sa.Column("id", CountedInteger, sa.Identity(always=True), nullable=False),
        sa.Column("username", BinaryText, nullable=False),
        sa.Column("email", BinaryText),
        sa.Column("password_hash", BinaryText, nullable=False),
        sa.Column("last_task_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.UniqueConstraint("username", name="users_username_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
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
        sa.PrimaryKeyConstraint("user_id", "id", name="tasks_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="tasks_user_id_fkey", ondelete="CASCADE"
        ),
    )
