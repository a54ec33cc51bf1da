"""Let tasks belong to lists: each user's to one of their own, under ids that say which it is."""

import secrets

import sqlalchemy as sa
from alembic import op

from todo_api.storage.migrations.pieces import pieces, reflected

revision = "0010"
down_revision = "0009"

BITS_WITHIN = 26
FIRST_LIST, LAST_LIST = 1, 2**27

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")

COUNTERS = "last_change, last_changed_at, forgotten_change, stored_tasks, stored_text"
"""What lists take over from users, under the same names."""

INSERT_LIST = (
    f"INSERT INTO lists (id, owner_id, last_task_id, deleted_at, {COUNTERS})"  # noqa: S608 - constants
    f" SELECT :its_list, id, :before + last_task_id, deleted_at, {COUNTERS}"
    " FROM users WHERE id = :user_id"
)

RENUMBER = (
    "UPDATE lists SET last_change = last_change + 1, forgotten_change = last_change + 1"
    " WHERE id <> :first_list"
)
"""Lets whoever has a copy of a list under its former ids begin anew."""

MOVED = {
    "tasks": "tasks",
    "task_labels": "labels of tasks",
    "task_words": "words of tasks",
    "deleted_tasks": "deletions",
}
"""By its name, what a table of a list's things has."""

SORTED_BY = {
    "tasks_done": "done",
    "tasks_title": "title_key",
    "tasks_due": "due_key",
    "tasks_priority": "priority",
    "tasks_created": "created_at",
    "tasks_updated": "updated_at",
}
"""By the name of an index, the column that tasks are sorted by."""


def upgrade() -> None:
    """Make the lists, and move what belongs to them into tables that begin with the list."""
    create_lists()
    make_lists()
    for name in MOVED:
        put_aside(name)
    create_tables()
    for name, what in MOVED.items():
        move(name, what)
    for name in MOVED:
        op.drop_table(earlier(name))
    # After the rows: an index is made faster than it is kept.
    create_indexes()
    for name in ("last_task_id", *COUNTERS.split(", ")):
        op.drop_column("users", name)


def create_lists() -> None:
    """Create the table of lists, and let users name their own."""
    op.create_table(
        "lists",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("last_task_id", sa.BigInteger, nullable=False),
        sa.Column("last_change", sa.BigInteger, nullable=False),
        sa.Column("last_changed_at", BinaryText),
        sa.Column("forgotten_change", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("stored_tasks", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("stored_text", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("deleted_at", BinaryText),
        sa.PrimaryKeyConstraint("id", name="lists_pkey"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="lists_owner_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("lists_owner", "lists", ["owner_id"])
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "lists_deleted_at", "lists", ["deleted_at"], sqlite_where=deleted, postgresql_where=deleted
    )
    op.add_column("users", sa.Column("list_id", sa.BigInteger, nullable=False, server_default="0"))


def make_lists() -> None:
    """Give each user a list: the first one the first, whose ids stay, the others random ones."""
    db = op.get_bind()
    users = sa.table("users", *map(sa.column, ("id", "deleted_at")))
    in_order = sa.select(users.c.id).order_by(users.c.deleted_at.is_not(None), users.c.id)
    owners = db.scalars(in_order).all()
    if not owners:
        return
    taken = {FIRST_LIST}
    numbers = [FIRST_LIST, *(random_besides(taken) for _ in owners[1:])]
    rows = [
        {"user_id": user_id, "its_list": list_id, "before": id_before(list_id)}
        for user_id, list_id in zip(owners, numbers, strict=True)
    ]
    db.execute(sa.text(INSERT_LIST), rows)
    db.execute(sa.text("UPDATE users SET list_id = :its_list WHERE id = :user_id"), rows)
    db.execute(sa.text(RENUMBER), {"first_list": FIRST_LIST})


def random_besides(taken: set[int]) -> int:
    """Return the id of a list, random so that it tells nothing, and note that it is taken."""
    while (list_id := secrets.randbelow(LAST_LIST - 1) + 2) in taken:
        pass
    taken.add(list_id)
    return list_id


def id_before(list_id: int) -> int:
    """Return the id behind which those of a list's tasks begin."""
    return (list_id - 1) << BITS_WITHIN


def earlier(name: str) -> str:
    """Return the name of a table that has been put aside."""
    return f"earlier_{name}"


def put_aside(name: str) -> None:
    """Let another table have this name, and the names of what belongs to it."""
    if op.get_bind().dialect.name == "postgresql":
        # There, unlike in SQLite, no two tables can have constraints of the same name.
        op.execute(
            sa.text(f"ALTER TABLE {name} RENAME CONSTRAINT {name}_pkey TO earlier_{name}_pk")
        )
        op.drop_constraint(f"{name}_user_id_fkey", name)
    for index in sa.inspect(op.get_bind()).get_indexes(name):
        op.drop_index(str(index["name"]), name)
    op.rename_table(name, earlier(name))


def create_tables() -> None:
    """Create the tables of a list's things."""
    op.create_table(
        "tasks",
        sa.Column("list_id", sa.BigInteger, nullable=False),
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
        sa.Column("uid", BinaryText),
        sa.PrimaryKeyConstraint("list_id", "id", name="tasks_pkey"),
        owned_by_list("tasks"),
    )
    for name, column in (("task_labels", "label"), ("task_words", "word")):
        op.create_table(
            name,
            sa.Column("list_id", sa.BigInteger, nullable=False),
            sa.Column(column, BinaryText, nullable=False),
            sa.Column("task_id", sa.BigInteger, nullable=False),
            sa.PrimaryKeyConstraint("list_id", column, "task_id", name=f"{name}_pkey"),
            owned_by_list(name),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "deleted_tasks",
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "change", name="deleted_tasks_pkey"),
        owned_by_list("deleted_tasks"),
        sqlite_with_rowid=False,
    )


def owned_by_list(table: str) -> sa.ForeignKeyConstraint:
    """Make a table's rows go when their list goes."""
    return sa.ForeignKeyConstraint(
        ["list_id"], ["lists.id"], name=f"{table}_list_id_fkey", ondelete="CASCADE"
    )


def create_indexes() -> None:
    """Index what tasks are found by, and tombstones by their age."""
    for name, column in SORTED_BY.items():
        op.create_index(name, "tasks", ["list_id", column, "id"])
    op.create_index("tasks_change", "tasks", ["list_id", "change"], unique=True)
    given = sa.text("uid IS NOT NULL")
    op.create_index(
        "tasks_uid",
        "tasks",
        ["list_id", "uid"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
    op.create_index("deleted_tasks_eldest", "deleted_tasks", ["deleted_at"])


def move(name: str, what: str) -> None:
    """Fill a table from the one that was put aside, piece by piece in the order of its key."""
    db = op.get_bind()
    old = reflected(earlier(name))
    new = sa.table(name, *map(sa.column, ("list_id", *old.columns.keys()[1:])))
    lists = sa.table("lists", *map(sa.column, ("id", "owner_id", "last_task_id")))
    task_id = "id" if name == "tasks" else "task_id"
    # The number within a list begins behind the bits that name the list.
    before = (lists.c.id - 1) * sa.literal(2**BITS_WITHIN, sa.BigInteger)
    columns = [
        lists.c.id,
        *(old.c[key] + before if key == task_id else old.c[key] for key in new.c.keys()[1:]),
    ]
    for within in pieces(old, f"{what} have been given to lists"):
        rows = sa.select(*columns).join_from(old, lists, lists.c.owner_id == old.c.user_id)
        db.execute(sa.insert(new).from_select(new.c.keys(), rows.where(within)))
