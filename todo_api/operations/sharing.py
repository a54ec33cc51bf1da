"""Who has a part in a list: the handlers of the tag ``sharing``."""

from datetime import timedelta
from functools import partial
from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Caller, Problem, Reply, UrlFor
from todo_api.identity import LIST_INVITATION, User, hash_of, is_code, new_code
from todo_api.monitoring import record
from todo_api.operations.lists import represent_list
from todo_api.operations.representation import refuse_other_values, split_body
from todo_api.rest import entity_tag
from todo_api.settings import Settings
from todo_api.storage import (
    OWNER,
    Database,
    InvitationMissingError,
    ListInvitationRow,
    MemberRow,
    OwnerStaysError,
    Quotas,
)

DAYS = 7
"""How long an invitation can be used unless its owner says otherwise."""
READ_ONLY = ("username", "uri", "joined_at")
"""The members of a member that only the service sets."""


def get_members(list_id: int, user: User, database: Database, url_for: UrlFor) -> Answer:
    """List the members of a list."""
    with database.snapshot() as db:
        rows = storage.select_members(db, user, list_id)
    return {"members": [_represent(row, list_id, url_for) for row in rows]}


def update_member(
    list_id: int,
    username: str,
    body: dict[str, Any],
    user: User,
    database: Database,
    quotas: Quotas,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Update a member of a list."""
    changes, read_only = split_body(body, READ_ONLY)
    role = changes.get("role")
    if role == OWNER and list_id == user.list_id and username != user.username:
        raise _own_list_stays()
    try:
        with database.transaction() as db:
            old, new = storage.update_member(db, user, list_id, username, role, quotas=quotas)
            refuse_other_values(read_only, _represent(old, list_id, url_for))
    except OwnerStaysError:
        raise _owner_stays() from None
    member = _represent(new, list_id, url_for)
    if old == new:
        return {"member": member}
    about = {"list": list_id, "member": username, "role": new.role}
    return Reply({"member": member}, then=partial(_note, "role_change", caller, user, about))


def delete_member(
    list_id: int, username: str, user: User, database: Database, caller: Caller
) -> Answer:
    """Delete a member of a list."""
    is_self = username == user.username
    if is_self and list_id == user.list_id:
        raise _own_list_stays()
    try:
        with database.transaction() as db:
            storage.delete_member(db, user, list_id, username, own=is_self)
    except OwnerStaysError:
        raise _owner_stays() from None
    about = {"list": list_id, "member": username}
    return Reply({"result": True}, then=partial(_note, "member_removal", caller, user, about))


def create_invitation(
    list_id: int,
    body: dict[str, Any],
    user: User,
    database: Database,
    settings: Settings,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Create an invitation to a list."""
    code = new_code(LIST_INVITATION)
    lifetime = timedelta(days=body.get("expires_in_days", DAYS))
    with database.transaction() as db:
        row = storage.insert_list_invitation(
            db,
            user,
            list_id,
            role=body["role"],
            code_hash=hash_of(code),
            expires_at=times.later(times.now(), lifetime),
            most=settings.max_invitations,
        )
    invitation = {**_represent_invitation(row, list_id, url_for), "code": code}
    headers = {"Location": invitation["uri"], "Cache-Control": "no-store"}
    about = {"list": list_id, "invitation": row.id, "role": row.role}
    note = partial(_note, "list_invitation", caller, user, about)
    return Reply({"invitation": invitation}, 201, headers, then=note)


def get_invitations(list_id: int, user: User, database: Database, url_for: UrlFor) -> Answer:
    """List the invitations to a list."""
    with database.snapshot() as db:
        rows = storage.select_list_invitations(db, user, list_id)
    return {"invitations": [_represent_invitation(row, list_id, url_for) for row in rows]}


def delete_invitation(list_id: int, invitation_id: int, user: User, database: Database) -> Answer:
    """Delete an invitation to a list."""
    with database.transaction() as db:
        storage.delete_list_invitation(db, user, list_id, invitation_id)
    return {"result": True}


def look_at_invitation(body: dict[str, Any], user: User, database: Database) -> Answer:
    """Look at an invitation."""
    code = body["code"]
    if not is_code(LIST_INVITATION, code):
        raise _nobody_invited()
    try:
        with database.snapshot() as db:
            row = storage.select_offered_invitation(db, user, hash_of(code))
    except InvitationMissingError:
        raise _nobody_invited() from None
    invitation = {
        "list_id": row.list_id,
        "list_name": row.list_name,
        "owner": row.owner,
        "role": row.role,
        "expires_at": row.expires_at,
        "is_member": row.own_role is not None,
    }
    return Reply({"invitation": invitation}, 200, {"Cache-Control": "no-store"})


def redeem_invitation(
    body: dict[str, Any],
    user: User,
    database: Database,
    settings: Settings,
    quotas: Quotas,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Redeem an invitation."""
    code = body["code"]
    if not is_code(LIST_INVITATION, code):
        raise _nobody_invited()
    try:
        with database.transaction() as db:
            list_id, has_joined = storage.use_list_invitation(
                db,
                user,
                hash_of(code),
                most_members=settings.max_members,
                quotas=quotas,
            )
            row = storage.select_list(db, user.id, list_id)
    except InvitationMissingError:
        raise _nobody_invited() from None
    if row is None:
        raise _nobody_invited()
    headers = {"ETag": entity_tag(row.version)}
    answer = Reply({"list": represent_list(row, user, url_for)}, 200, headers)
    if not has_joined:
        return answer
    about = {"list": list_id, "role": row.role}
    return answer._replace(then=partial(_note, "list_joining", caller, user, about))


def _note(event: str, caller: Caller, user: User, about: dict[str, Any]) -> None:
    record(event, caller, user=user.username, **about)


def _nobody_invited() -> Problem:
    sentence = (
        "This code invites you to no list. It may be mistyped, used, expired or withdrawn: ask"
        " whoever gave it to you for another."
    )
    return Problem(404, sentence, code="no_invitation")


def _own_list_stays() -> Problem:
    sentence = "This is your own list, which stays yours for as long as you have an account."
    return Problem(403, sentence, code="own_list")


def _owner_stays() -> Problem:
    sentence = (
        "A list always has an owner: make another member the owner first, or delete the list."
    )
    return Problem(403, sentence, code="owner_stays")


def _represent(member: MemberRow, list_id: int, url_for: UrlFor) -> dict[str, Any]:
    return {
        "username": member.username,
        "uri": url_for("update_member", list_id=list_id, username=member.username),
        "role": member.role,
        "joined_at": member.joined_at,
    }


def _represent_invitation(
    invitation: ListInvitationRow, list_id: int, url_for: UrlFor
) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "uri": url_for("delete_invitation", list_id=list_id, invitation_id=invitation.id),
        "role": invitation.role,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
    }
