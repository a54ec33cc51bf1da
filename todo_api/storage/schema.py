"""The tables.

Every table of a user's things has the key `(user_id, id)`, its `id` counted on the user's row.
Text is compared byte by byte on both engines, whatever the server's locale. Limits on what may
be stored belong to the OpenAPI document and are not repeated here.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
)

BinaryText = Text(collation="C").with_variant(Text(collation="BINARY"), "sqlite")
# SQLite counts up a key by itself only if its type is spelt INTEGER.
CountedInteger = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", CountedInteger, Identity(always=True), primary_key=True),
    Column("username", BinaryText, nullable=False, unique=True),
    Column("email", BinaryText),
    Column("password_hash", BinaryText, nullable=False),
    Column("last_task_id", BigInteger, nullable=False, server_default="0"),
    sqlite_autoincrement=True,  # the id of a deleted user is never given to another
)

tasks = Table(
    "tasks",
    metadata,
    Column("user_id", BigInteger, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", BinaryText, nullable=False),
    Column("description", BinaryText, nullable=False),
    Column("done", Boolean(create_constraint=True, name="done"), nullable=False),
)
