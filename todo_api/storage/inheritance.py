"""What becomes of the lists of a user who is deleted.

Nobody who works in a list loses it because somebody else goes: so the editor who has been a member
of it for longest inherits it. A list without an editor goes with its owner, and so does the
owner's own list.
"""

from sqlalchemy import bindparam, delete, select

from todo_api.storage.access import EDITOR, IS_ALLOWED, IS_THERE
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.lists import change_list, delete_lists
from todo_api.storage.schema import list_members, lists, users

IS_IN_LIST = list_members.c.list_id == bindparam("in_list")
IS_MEMBER = list_members.c.user_id == bindparam("member_id")
DELETE_MEMBER = Statement(delete(list_members).where(IS_IN_LIST, IS_MEMBER))
LOCK_ALL = Statement(
    select(lists.c.id).where(IS_ALLOWED, IS_THERE).order_by(lists.c.id).with_for_update(of=lists)
)
_own = users.alias("own")
SELECT_HEIRS = Statement(
    select(list_members.c.list_id, list_members.c.user_id, list_members.c.joined_at)
    .join(lists, lists.c.id == list_members.c.list_id)
    .join(_own, _own.c.id == lists.c.owner_id)
    .join(users, users.c.id == list_members.c.user_id)
    .where(
        lists.c.owner_id == bindparam("user_id"),
        IS_THERE,
        lists.c.id != _own.c.list_id,
        list_members.c.role == EDITOR,
        users.c.disabled_at.is_(None),
    )
    .order_by(list_members.c.joined_at.desc(), list_members.c.user_id.desc())
)
DELETE_MEMBERSHIPS = Statement(
    delete(list_members)
    .where(list_members.c.user_id == bindparam("user_id"))
    .returning(list_members.c.list_id)
)


def leave_lists(db: Connection, user_id: int, *, now: str) -> None:
    """Let a user who is being deleted go from all lists.

    What was in those that are deleted is for `removal` to remove.
    """
    # First, in their order: a statement does not see the list that it has waited for to be made.
    db.all(LOCK_ALL, {"user_id": user_id})
    # The last one that is told of a list is the eldest.
    heirs = {row[0]: row[1:] for row in db.all(SELECT_HEIRS, {"user_id": user_id})}
    for list_id, (heir_id, joined_at) in sorted(heirs.items()):
        db.execute(DELETE_MEMBER, {"in_list": list_id, "member_id": heir_id})
        change_list(db, list_id, owner_id=heir_id, owner_joined_at=joined_at)
    for (list_id,) in db.all(DELETE_MEMBERSHIPS, {"user_id": user_id}):
        change_list(db, list_id)
    delete_lists(db, user_id, now=now)
