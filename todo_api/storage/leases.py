"""The statements on leases: the right to do something, which one process has for a while."""

from sqlalchemy import BindParameter, bindparam, delete, literal_column, or_
from sqlalchemy.dialects import postgresql, sqlite

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import leases

NEW: dict[str, BindParameter[str]] = {
    name: bindparam(f"new_{name}") for name in ("name", "holder", "until")
}
IS_FREE = or_(leases.c.until <= bindparam("now"), leases.c.holder == bindparam("new_holder"))


def _take(insert: type[sqlite.Insert | postgresql.Insert]) -> Statement:
    statement = insert(leases).values(NEW)
    return Statement(
        statement.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={name: statement.excluded[name] for name in ("holder", "until")},
            where=IS_FREE,
        ).returning(literal_column("1"))
    )


TAKE = {"sqlite": _take(sqlite.Insert), "postgresql": _take(postgresql.Insert)}
END = Statement(
    delete(leases).where(
        leases.c.name == bindparam("this_name"), leases.c.holder == bindparam("this_holder")
    )
)


def take_lease(db: Connection, name: str, holder: str, *, now: str, until: str) -> bool:
    """Take a lease, or extend it; tell whether the holder has it now."""
    values = {"new_name": name, "new_holder": holder, "new_until": until, "now": now}
    return db.one(TAKE[db.dialect.name], values) is not None


def end_lease(db: Connection, name: str, holder: str) -> None:
    """Let others have a lease, if this holder has it."""
    db.execute(END, {"this_name": name, "this_holder": holder})
