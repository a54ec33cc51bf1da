"""The statements on leases: the right to do something, which one process has for a while."""

from functools import cache

from sqlalchemy import BindParameter, bindparam, delete, literal_column, or_

from todo_api.storage.engine import Connection, Statement, insert_of
from todo_api.storage.schema import leases

NEW: dict[str, BindParameter[str]] = {
    name: bindparam(f"new_{name}") for name in ("name", "holder", "until")
}
IS_FREE = or_(leases.c.until <= bindparam("now"), leases.c.holder == bindparam("new_holder"))


@cache
def take_if_free(dialect: str) -> Statement:
    """Return the statement that takes a lease in an engine's database, or extends it."""
    statement = insert_of(dialect)(leases).values(NEW)
    return Statement(
        statement.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={name: statement.excluded[name] for name in ("holder", "until")},
            where=IS_FREE,
        ).returning(literal_column("1"))
    )


END = Statement(
    delete(leases).where(
        leases.c.name == bindparam("this_name"), leases.c.holder == bindparam("this_holder")
    )
)


def take_lease(db: Connection, name: str, holder: str, *, now: str, until: str) -> bool:
    """Take a lease, or extend it; tell whether the holder has it now."""
    values = {"new_name": name, "new_holder": holder, "new_until": until, "now": now}
    return db.one(take_if_free(db.dialect.name), values) is not None


def end_lease(db: Connection, name: str, holder: str) -> None:
    """Let others have a lease, if this holder has it."""
    db.execute(END, {"this_name": name, "this_holder": holder})
