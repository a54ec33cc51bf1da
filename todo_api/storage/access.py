"""Who may do what in which list: nothing else decides it.

`ACCESS` has each list of a user with the user's role in it. Every statement that reads several
lists joins it; `find_list`, `hold_list` and `hold_lists` ask it for whatever names a list by its id
or a task's. They do so in the snapshot or the transaction of the work itself: whoever has lost a
list, or a role, has lost it from the next one on. The statements on what is in a list then name the
list that they return.

A user's own list is the user's for as long as there is an account, and is not looked up.
"""

from collections.abc import Collection
from typing import Final, Literal, Protocol

from sqlalchemy import bindparam, literal_column, select, union_all

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import ListMissingError, RoleTooLowError
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.schema import list_members, lists

Role = Literal["viewer", "editor", "owner"]
VIEWER: Final = "viewer"
EDITOR: Final = "editor"
OWNER: Final = "owner"
ROLES: tuple[Role, ...] = (VIEWER, EDITOR, OWNER)
"""Whoever has one of them may do what those before it allow."""


class Asker(Protocol):
    """Who asks for a list: a user, whose own one need not be looked up."""

    @property
    def id(self) -> int:
        """Return the user's id."""

    @property
    def list_id(self) -> int:
        """Return the id of the list that is the user's own."""


IS_LIST = lists.c.id == bindparam("in_list")
IS_THERE = lists.c.deleted_at.is_(None)
"""Whether a list was not deleted: what is left of one that was is nobody's, and will be removed."""

_owned = lists.alias("owned")
ACCESS = union_all(
    select(_owned.c.id.label("list_id"), literal_column(f"'{OWNER}'").label("role")).where(
        _owned.c.owner_id == bindparam("user_id")
    ),
    select(list_members.c.list_id, list_members.c.role).where(
        list_members.c.user_id == bindparam("user_id")
    ),
).subquery("access")
IS_ALLOWED = ACCESS.c.list_id == lists.c.id
"""Joins a list with the role that a user has in it."""

FIND_ROLE = Statement(
    select(ACCESS.c.role).where(ACCESS.c.list_id == bindparam("in_list"), IS_ALLOWED, IS_THERE)
)
# The role may have been changed by a transaction that has been waited for: it is read after that.
HOLD_LIST = Statement(
    select(lists.c.owner_id).where(IS_LIST, IS_THERE, IS_ALLOWED).with_for_update(of=lists)
)
# In one order, or transactions that change several lists could wait for each other.
HOLD_LISTS = Statement(
    select(lists.c.id, lists.c.owner_id)
    .where(lists.c.id.in_(given_ids()), IS_THERE, IS_ALLOWED)
    .order_by(lists.c.id)
    .with_for_update(of=lists)
)
SELECT_ROLES = Statement(select(ACCESS.c.list_id, ACCESS.c.role))


def require(role: Role, least: Role) -> None:
    """See that a role allows what another one does. Raises `RoleTooLowError`."""
    if ROLES.index(role) < ROLES.index(least):
        raise RoleTooLowError(role, least)


def find_list(db: Connection, user: Asker, list_id: int | None, *, least: Role = VIEWER) -> int:
    """Return the id of a list in which a user has a role, if none is named that of their own.

    Raises `ListMissingError`, `RoleTooLowError`.
    """
    if list_id is None or list_id == user.list_id:
        return user.list_id
    require(find_role(db, user.id, list_id), least)
    return list_id


def find_role(db: Connection, user_id: int, list_id: int) -> Role:
    """Return the role that a user has in a list. Raises `ListMissingError`."""
    role: Role | None = db.scalar(FIND_ROLE, {"in_list": list_id, "user_id": user_id})
    if role is None:
        raise ListMissingError
    return role


def hold_list(db: Connection, user: Asker, list_id: int | None, *, least: Role = EDITOR) -> int:
    """Return the id as `find_list` does; until the transaction ends, the user keeps the role.

    Whoever changes something in a user's own list finds out from the change whether it is still
    there.

    Raises `ListMissingError`, `RoleTooLowError`.
    """
    if list_id is None or list_id == user.list_id:
        return user.list_id
    require(hold_role(db, user.id, list_id), least)
    return list_id


def hold_role(db: Connection, user_id: int, list_id: int) -> Role:
    """Return the role that a user has in a list, and keeps until the transaction ends.

    Raises `ListMissingError`.
    """
    db.queue_for((list_id, user_id))  # nobody who may not change it is in the way of who may
    values = {"in_list": list_id, "user_id": user_id}
    owner_id = db.scalar(HOLD_LIST, values)
    if owner_id is None:
        raise ListMissingError
    return OWNER if owner_id == user_id else find_role(db, user_id, list_id)


def hold_lists(db: Connection, user: Asker, list_ids: Collection[int]) -> dict[int, Role]:
    """Return by its id which role a user has in some lists, and keeps until the transaction ends.

    A list that the user cannot see is not among them.
    """
    if {*list_ids} <= {user.list_id}:
        return dict.fromkeys(list_ids, OWNER)
    values = {"user_id": user.id, "ids": json_of(list_ids)}
    held = dict(db.all(HOLD_LISTS, values))
    if {*held.values()} <= {user.id}:
        return dict.fromkeys(held, OWNER)
    return {list_id: role for list_id, role in db.all(SELECT_ROLES, values) if list_id in held}
