"""The statements on invitations: who has the code of one may register under its username."""

from sqlalchemy import bindparam, delete, insert, or_, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import invitations

IS_INVITED = invitations.c.username == bindparam("this_username")
IS_CODE = invitations.c.hash == bindparam("this_hash")
HAS_TIME = invitations.c.expires_at > bindparam("now")

SELECT_INVITATION = Statement(select(invitations.c.expires_at).where(IS_INVITED, IS_CODE, HAS_TIME))
USE_UP = Statement(delete(invitations).where(IS_INVITED, IS_CODE, HAS_TIME))
INSERT_INVITATION = Statement(insert(invitations), columns=invitations.c.keys())
WITHDRAW = Statement(delete(invitations).where(IS_INVITED))
DELETE_OTHERS = Statement(
    delete(invitations).where(or_(IS_INVITED, invitations.c.expires_at <= bindparam("now")))
)
FORGET = Statement(delete(invitations).where(invitations.c.expires_at <= bindparam("now")))


def is_invited(db: Connection, username: str, code_hash: str, *, now: str) -> bool:
    """Tell whether there is an invitation of this username by this code."""
    values = {"this_username": username, "this_hash": code_hash, "now": now}
    return db.one(SELECT_INVITATION, values) is not None


def insert_invitation(
    db: Connection, username: str, code_hash: str, *, now: str, expires_at: str
) -> None:
    """Invite a user, instead of any earlier time; expired invitations are deleted."""
    db.execute(DELETE_OTHERS, {"this_username": username, "now": now})
    values = {"username": username, "hash": code_hash, "expires_at": expires_at}
    db.execute(INSERT_INVITATION, values)


def delete_invitation(db: Connection, username: str, code_hash: str, *, now: str) -> bool:
    """Use up an invitation; tell whether there was one."""
    values = {"this_username": username, "this_hash": code_hash, "now": now}
    return db.execute(USE_UP, values) > 0


def forget_invitations(db: Connection, *, now: str) -> int:
    """Delete those that have expired, which are few; return how many."""
    return db.execute(FORGET, {"now": now})


def withdraw_invitation(db: Connection, username: str) -> None:
    """Delete the invitation of a username, if there is one, whoever has its code."""
    db.execute(WITHDRAW, {"this_username": username})
