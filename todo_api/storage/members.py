"""The statements on the members of lists.

A list has one owner, whom its own row names; the others are in a table of their own, since most
lists have none. Whoever changes the members of a list locks its row first, as all do who change
something in it: so nobody keeps a role that somebody else is taking away.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import (
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from todo_api.storage.access import (
    EDITOR,
    IS_LIST,
    IS_THERE,
    OWNER,
    VIEWER,
    Asker,
    Role,
    find_list,
    find_role,
    hold_role,
    require,
)
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import (
    MemberMissingError,
    NewOwnerFullError,
    OwnerStaysError,
    TooManySharedListsError,
)
from todo_api.storage.inheritance import DELETE_MEMBER, IS_IN_LIST, IS_MEMBER
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.lists import COUNT_LISTS, change_list
from todo_api.storage.schema import list_members, lists, users
from todo_api.storage.usage import UNLIMITED, Quotas


class MemberRow(NamedTuple):
    """A member of a list, its owner included."""

    username: str
    role: Role
    joined_at: str
    user_id: int
    list_id: int
    """The list that is the member's own."""


_JOINED_AT = func.coalesce(lists.c.owner_joined_at, lists.c.created_at)


def _members(*named: str) -> Select[MemberRow]:
    """Read the members of a list, the owner first, or one of them by name."""
    one = [users.c.username == bindparam(name) for name in named]
    account = (users.c.id.label("user_id"), users.c.list_id)
    owner = select(
        users.c.username,
        literal_column(f"'{OWNER}'").label("role"),
        _JOINED_AT.label("joined_at"),
        *account,
    ).where(IS_LIST, users.c.id == lists.c.owner_id, *one)
    others = select(
        users.c.username, list_members.c.role, list_members.c.joined_at, *account
    ).where(IS_IN_LIST, users.c.id == list_members.c.user_id, *one)
    found = union_all(owner, others).subquery()
    in_order = (found.c.role != OWNER, found.c.joined_at, found.c.username)
    return select(*found.c).order_by(*in_order)


SELECT_MEMBERS = Statement(_members(), MemberRow._make)
SELECT_MEMBER = Statement(_members("member"), MemberRow._make)
INSERT_MEMBER = Statement(insert(list_members), columns=list_members.c.keys())
UPDATE_MEMBER = Statement(
    update(list_members).where(IS_IN_LIST, IS_MEMBER).values(role=bindparam("new_role"))
)
COUNT_MEMBERS = Statement(select(func.count()).select_from(list_members).where(IS_IN_LIST))
COUNT_SHARED = Statement(
    select(func.count())
    .select_from(list_members.join(lists))
    .where(list_members.c.user_id == bindparam("user_id"), IS_THERE)
)
SUM_OF_OWNER = Statement(
    select(
        func.coalesce(func.sum(lists.c.stored_tasks), 0),
        func.coalesce(func.sum(lists.c.stored_text), 0),
    ).where(
        IS_THERE,
        (lists.c.owner_id == bindparam("member_id")) | (lists.c.id == bindparam("in_list")),
    )
)
SELECT_OWNER_JOINED_AT = Statement(select(_JOINED_AT).where(IS_LIST))
LOCK_LISTS = Statement(
    select(lists.c.id)
    .where(lists.c.id.in_(given_ids()), IS_THERE)
    .order_by(lists.c.id)
    .with_for_update()
)


def select_members(db: Connection, user: Asker, list_id: int) -> list[MemberRow]:
    """Return the members of a list that a user can see, its owner first.

    Raises `ListMissingError`.
    """
    find_list(db, user, list_id)
    return db.all(SELECT_MEMBERS, {"in_list": list_id})


def select_member_id(db: Connection, list_id: int, username: str) -> int | None:
    """Return the id of the member of a list who has this name, or None."""
    member: MemberRow | None = db.one(SELECT_MEMBER, {"in_list": list_id, "member": username})
    return None if member is None else member.user_id


def update_member(
    db: Connection,
    user: Asker,
    list_id: int,
    username: str,
    role: Role | None,
    *,
    quotas: Quotas = UNLIMITED,
) -> tuple[MemberRow, MemberRow]:
    """Return a member of a list as it was, and as it is with a role, if one is given.

    Whoever becomes the owner takes the place of the user, who stays as an editor.

    Raises `ListMissingError`, `RoleTooLowError`, `MemberMissingError`, `OwnerStaysError`,
    `NewOwnerFullError`, `TooManySharedListsError`; each has to leave the transaction.
    """
    if role == OWNER:
        _lock_parties(db, user, list_id, username)
    require(hold_role(db, user.id, list_id), OWNER)
    member = _select_member(db, list_id, username)
    if role in {None, member.role}:
        return member, member
    if member.role == OWNER:
        raise OwnerStaysError
    if role == OWNER:
        _check_room(db, user, member, list_id, quotas)
        _hand_over(db, list_id, user.id, member)
    else:
        values = {"in_list": list_id, "member_id": member.user_id, "new_role": role}
        db.execute(UPDATE_MEMBER, values)
        change_list(db, list_id)
    return member, _select_member(db, list_id, username)


def delete_member(db: Connection, user: Asker, list_id: int, username: str, *, own: bool) -> None:
    """Remove a member from a list; `own` is whether that is the user, who leaves.

    Raises `ListMissingError`, `RoleTooLowError`, `MemberMissingError`, `OwnerStaysError`; each has
    to leave the transaction.
    """
    require(hold_role(db, user.id, list_id), VIEWER if own else OWNER)
    member = _select_member(db, list_id, username)
    if member.role == OWNER:
        raise OwnerStaysError
    db.execute(DELETE_MEMBER, {"in_list": list_id, "member_id": member.user_id})
    change_list(db, list_id)


def lock_lists(db: Connection, list_ids: Collection[int]) -> set[int]:
    """Return which of some lists are there, and let nobody else change them."""
    return {list_id for (list_id,) in db.all(LOCK_LISTS, {"ids": json_of(list_ids)})}


def check_shared(db: Connection, user_id: int, quotas: Quotas) -> None:
    """See that a user may have another list of somebody else's.

    Whoever has come to own more lists than one may have can have fewer of others.

    Raises `TooManySharedListsError`.
    """
    if quotas.shared_lists is None:
        return
    values = {"user_id": user_id}
    beyond = 0 if quotas.lists is None else db.scalar(COUNT_LISTS, values) - quotas.lists
    if db.scalar(COUNT_SHARED, values) + max(0, beyond) >= quotas.shared_lists:
        raise TooManySharedListsError(quotas.shared_lists)


def _select_member(db: Connection, list_id: int, username: str) -> MemberRow:
    member: MemberRow | None = db.one(SELECT_MEMBER, {"in_list": list_id, "member": username})
    if member is None:
        raise MemberMissingError
    return member


def _lock_parties(db: Connection, user: Asker, list_id: int, username: str) -> None:
    """Lock the own lists of both who are part of a handing over, and the list, in their order."""
    require(find_role(db, user.id, list_id), OWNER)
    member = _select_member(db, list_id, username)
    lock_lists(db, {list_id, user.list_id, member.list_id})


def _check_room(
    db: Connection, user: Asker, member: MemberRow, list_id: int, quotas: Quotas
) -> None:
    """See that the new owner may have what is in the list, and the former one a list of theirs."""
    values = {"user_id": member.user_id, "member_id": member.user_id, "in_list": list_id}
    if quotas.lists is not None and db.scalar(COUNT_LISTS, values) >= quotas.lists:
        raise NewOwnerFullError("lists", quotas.lists)
    tasks, text = db.one(SUM_OF_OWNER, values)
    if quotas.tasks is not None and tasks > quotas.tasks:
        raise NewOwnerFullError("tasks", quotas.tasks)
    if quotas.text is not None and text > quotas.text:
        raise NewOwnerFullError("text", quotas.text)
    check_shared(db, user.id, quotas)


def _hand_over(db: Connection, list_id: int, owner_id: int, member: MemberRow) -> None:
    former = db.scalar(SELECT_OWNER_JOINED_AT, {"in_list": list_id})
    db.execute(DELETE_MEMBER, {"in_list": list_id, "member_id": member.user_id})
    row = {"list_id": list_id, "user_id": owner_id, "role": EDITOR, "joined_at": former}
    db.execute(INSERT_MEMBER, row)
    change_list(db, list_id, owner_id=member.user_id, owner_joined_at=member.joined_at)
