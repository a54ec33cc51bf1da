"""Lists that are shared, as storage does it."""

from todo_api import times
from todo_api.storage import (
    Database,
    Role,
    UserRow,
    add_list,
    insert_list_invitation,
    use_list_invitation,
)

NEVER = "9999-12-31T23:59:59.999999Z"


def new_list(database: Database, user: UserRow) -> int:
    """Return another list of a user's."""
    with database.transaction() as db:
        return add_list(db, user, name="More", time_zone=times.UTC_NAME, most=100).id


def invite(database: Database, owner: UserRow, list_id: int, code: str, role: Role) -> None:
    """Make an invitation to a list; its code is its hash as well."""
    with database.transaction() as db:
        insert_list_invitation(
            db, owner, list_id, role=role, code_hash=code, expires_at=NEVER, most=1000
        )


def join(
    database: Database, owner: UserRow, list_id: int, member: UserRow, role: Role = "editor"
) -> None:
    """Let a user become a member of a list."""
    code = f"{list_id} {member.id} {times.now()}"
    invite(database, owner, list_id, code, role)
    with database.transaction() as db:
        use_list_invitation(db, member, code, most_members=1000)
