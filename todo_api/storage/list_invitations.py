"""The statements on invitations to lists: who has the code of one may become a member.

One that has been used stays until it expires, for whoever sends its code a second time.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from todo_api import times
from todo_api.storage.access import (
    ACCESS,
    IS_ALLOWED,
    IS_THERE,
    OWNER,
    Asker,
    Role,
    find_list,
    find_role,
    hold_list,
)
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import (
    InvitationMissingError,
    ListMissingError,
    TooManyInvitationsError,
    TooManyMembersError,
    UserGoneError,
)
from todo_api.storage.ids import random_id
from todo_api.storage.lists import change_list, lock_list
from todo_api.storage.members import COUNT_MEMBERS, INSERT_MEMBER, check_shared, lock_lists
from todo_api.storage.schema import list_invitations, lists, users
from todo_api.storage.some_rows import delete_some
from todo_api.storage.usage import UNLIMITED, Quotas

SWEPT_AT_ONCE = 1000
"""The most expired invitations that are deleted at once."""


class ListInvitationRow(NamedTuple):
    """An invitation that nobody has used, without its code."""

    id: int
    role: Role
    created_at: str
    expires_at: str


class OfferedInvitationRow(NamedTuple):
    """An invitation, as whoever has its code sees it."""

    list_id: int
    list_name: str
    owner: str
    """The username of whoever the list belongs to."""
    role: Role
    expires_at: str
    own_role: Role | None
    """What the user who asks has in the list already."""
    used_by: int | None


COLUMNS = tuple(list_invitations.c[name] for name in ListInvitationRow._fields)
IS_TO_LIST = list_invitations.c.list_id == bindparam("in_list")
IS_IT = list_invitations.c.id == bindparam("invitation_id")
IS_CODE = list_invitations.c.hash == bindparam("this_hash")
IS_OPEN = list_invitations.c.used_by.is_(None)
HAS_TIME = list_invitations.c.expires_at > bindparam("now")

SELECT_OPEN = Statement(
    select(*COLUMNS)
    .where(IS_TO_LIST, IS_OPEN, HAS_TIME)
    .order_by(list_invitations.c.created_at, list_invitations.c.id),
    ListInvitationRow._make,
)
COUNT_OPEN = Statement(
    select(func.count()).select_from(list_invitations).where(IS_TO_LIST, IS_OPEN, HAS_TIME)
)
INSERT_INVITATION = Statement(insert(list_invitations), columns=list_invitations.c.keys())
DELETE_INVITATION = Statement(delete(list_invitations).where(IS_TO_LIST, IS_IT, IS_OPEN))
FIND_LIST = Statement(
    select(list_invitations.c.list_id)
    .join(lists, lists.c.id == list_invitations.c.list_id)
    .where(IS_CODE, HAS_TIME, IS_THERE)
)
SELECT_OFFERED = Statement(
    select(
        lists.c.id,
        lists.c.name,
        users.c.username,
        list_invitations.c.role,
        list_invitations.c.expires_at,
        select(ACCESS.c.role).where(IS_ALLOWED).scalar_subquery(),
        list_invitations.c.used_by,
    )
    .select_from(list_invitations)
    .join(lists, lists.c.id == list_invitations.c.list_id)
    .join(users, users.c.id == lists.c.owner_id)
    .where(IS_CODE, HAS_TIME, IS_THERE),
    OfferedInvitationRow._make,
)
SELECT_BY_CODE = Statement(
    select(list_invitations.c.id, list_invitations.c.role, list_invitations.c.used_by).where(
        IS_TO_LIST, IS_CODE, HAS_TIME
    )
)
USE_UP = Statement(
    update(list_invitations).where(IS_TO_LIST, IS_IT).values(used_by=bindparam("user_id"))
)
FORGET = Statement(
    delete_some(list_invitations, list_invitations.c.expires_at <= bindparam("now"), SWEPT_AT_ONCE)
)


def insert_list_invitation(
    db: Connection,
    user: Asker,
    list_id: int,
    *,
    role: Role,
    code_hash: str,
    expires_at: str,
    most: int,
) -> ListInvitationRow:
    """Return a new invitation to a list of a user's.

    Raises `ListMissingError`, `RoleTooLowError`, `UserGoneError`, and `TooManyInvitationsError` if
    the list has `most` of them.
    """
    hold_list(db, user, list_id, least=OWNER)
    lock_list(db, list_id)  # if it is their own, which is not looked up
    now = times.now()
    if db.scalar(COUNT_OPEN, {"in_list": list_id, "now": now}) >= most:
        raise TooManyInvitationsError(most)
    row = ListInvitationRow(random_id(), role, now, expires_at)
    values = {"list_id": list_id, "hash": code_hash, "used_by": None, **row._asdict()}
    db.execute(INSERT_INVITATION, values)
    return row


def select_list_invitations(db: Connection, user: Asker, list_id: int) -> list[ListInvitationRow]:
    """Return the invitations to a list of a user's that can be used, the oldest first.

    Raises `ListMissingError`, `RoleTooLowError`.
    """
    find_list(db, user, list_id, least=OWNER)
    return db.all(SELECT_OPEN, {"in_list": list_id, "now": times.now()})


def select_offered_invitation(db: Connection, user: Asker, code_hash: str) -> OfferedInvitationRow:
    """Return what a code leads a user to; it is as good as before.

    Raises `InvitationMissingError` where `use_list_invitation` does.
    """
    values = {"this_hash": code_hash, "user_id": user.id, "now": times.now()}
    row: OfferedInvitationRow | None = db.one(SELECT_OFFERED, values)
    if row is None or (row.used_by is not None and row.own_role is None):
        raise InvitationMissingError
    return row


def delete_list_invitation(db: Connection, user: Asker, list_id: int, invitation_id: int) -> None:
    """Withdraw an invitation to a list of a user's.

    Raises `ListMissingError`, `RoleTooLowError`, `InvitationMissingError`.
    """
    hold_list(db, user, list_id, least=OWNER)
    if not db.execute(DELETE_INVITATION, {"in_list": list_id, "invitation_id": invitation_id}):
        raise InvitationMissingError


def use_list_invitation(
    db: Connection, user: Asker, code_hash: str, *, most_members: int, quotas: Quotas = UNLIMITED
) -> tuple[int, bool]:
    """Return the list that a code invites a user to, and whether that makes them a member.

    A member stays what they are, and does not use up the invitation.

    Raises `InvitationMissingError`, `TooManyMembersError`, `TooManySharedListsError`,
    `UserGoneError`; each has to leave the transaction.
    """
    now = times.now()
    list_id: int | None = db.scalar(FIND_LIST, {"this_hash": code_hash, "now": now})
    if list_id is None:
        raise InvitationMissingError
    there = lock_lists(db, {list_id, user.list_id})
    if user.list_id not in there:
        raise UserGoneError
    found = db.one(SELECT_BY_CODE, {"in_list": list_id, "this_hash": code_hash, "now": now})
    if list_id not in there or found is None:
        raise InvitationMissingError
    if _is_member(db, user, list_id):
        return list_id, False
    invitation_id, role, used_by = found
    if used_by is not None:
        raise InvitationMissingError
    # The owner is one as well.
    if db.scalar(COUNT_MEMBERS, {"in_list": list_id}) + 1 >= most_members:
        raise TooManyMembersError(most_members)
    check_shared(db, user.id, quotas)
    row = {"list_id": list_id, "user_id": user.id, "role": role, "joined_at": now}
    db.execute(INSERT_MEMBER, row)
    db.execute(USE_UP, {"in_list": list_id, "invitation_id": invitation_id, "user_id": user.id})
    change_list(db, list_id)
    return list_id, True


def forget_list_invitations(db: Connection, *, now: str) -> int:
    """Delete some of those that have expired; return how many."""
    db.keep_to_indexes()
    return db.execute(FORGET, {"now": now})


def _is_member(db: Connection, user: Asker, list_id: int) -> bool:
    try:
        find_role(db, user.id, list_id)
    except ListMissingError:
        return False
    return True
