"""Storage: the only place that knows SQL.

- `lists`, `tasks`, `users`, `tokens`, `invitations`: the statements, one function each, named by
  its verb (`select_task`, `insert_user`). The connection comes first, the list or the owner always
  takes part in the WHERE clause.
- `access`: who may do what in which list; `members` and `list_invitations`: who has a part in one,
  and who may come to have it.
- `listing`: one page of the tasks of one list, or of several. `filters` and `sorting` (the sorts)
  have the SQL that it is made of, `planner` decides how it is read. A new filter or sort is a line
  there, and an index.
- `labels`: those of the tasks of one list, or of several, counted and renamed.
- `branches`: tasks with those that are parts of them.
- `moves`: tasks put in an order by hand, by the keys that `positions` makes.
- `parts`: the tasks of a branch, to be made anew or removed.
- `relocation`: tasks that go into another list.
- `changes`: what happened to tasks since some point, list by list; `tombstones`: deletions,
  remembered.
- `series`: tasks that come again when they are done; `days`: when days end.
- `trash`: what was deleted, and can be restored.
- `transfer`: many tasks of a list at once, inserted together; `staging`: so many that they are
  inserted piece by piece.
- `usage`: how much is stored, and the most that it may be.
- `removal`: what deleted users and lists have left, removed in pieces; `leases`: what one process
  does.
- `idempotency_keys`: the answers to what may be asked for again.
- `search_index`: what tasks are found by; `json_rows`: many values, sent to the database as one.
- `text`: what texts are compared by, so that both engines agree; `pieces`: the same for languages
  without spaces.
- `inspection`: whether a database is sound.
- `secrets`: the key that all processes of the service share.
- `schema`: the tables; `migration` and `migrations/`: how a database gets them.
- `engine/`: transactions, in SQLite and in PostgreSQL.

The transaction stands where it matters, in the calling code:

    with database.transaction() as db:
        task = storage.insert_task(db, user.list_id, {"title": "Buy groceries"})
"""

from todo_api.storage.access import (
    EDITOR,
    OWNER,
    ROLES,
    VIEWER,
    Role,
    find_list,
    hold_list,
    hold_lists,
    require,
)
from todo_api.storage.branches import MOST_LEVELS, select_levels
from todo_api.storage.changes import Deletion, Point, select_changes
from todo_api.storage.engine import (
    Connection,
    ConstraintViolatedError,
    Database,
    DatabaseError,
    DatabaseForeignError,
    DatabaseMissingError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    WouldBlockError,
    file_of,
    files_beside,
    without_secrets,
)
from todo_api.storage.errors import (
    BranchTooLargeError,
    ChangedError,
    DeletionsForgottenError,
    ImportUnderWayError,
    InvitationMissingError,
    ListMissingError,
    MemberMissingError,
    NeighbourRefusedError,
    NewOwnerFullError,
    OwnerStaysError,
    ParentRefusedError,
    QuotaMetError,
    RoleTooLowError,
    TaskChangedError,
    TaskMissingError,
    TooManyInvitationsError,
    TooManyListsError,
    TooManyMembersError,
    TooManySharedListsError,
    TooManyTokensError,
    TooManyWordsError,
    UserGoneError,
    UsernameTakenError,
)
from todo_api.storage.idempotency_keys import (
    AnswerRow,
    forget_answers,
    insert_answer,
    select_answer,
    try_lock_key,
)
from todo_api.storage.inspection import integrity_faults, require_writable, select_last_changed_at
from todo_api.storage.invitations import (
    delete_invitation,
    forget_invitations,
    insert_invitation,
    is_invited,
    withdraw_invitation,
)
from todo_api.storage.labels import Label, rename_label, select_labels
from todo_api.storage.leases import end_lease, take_lease
from todo_api.storage.list_invitations import (
    ListInvitationRow,
    delete_list_invitation,
    forget_list_invitations,
    insert_list_invitation,
    select_list_invitations,
    select_offered_invitation,
    use_list_invitation,
)
from todo_api.storage.listing import Position, select_page
from todo_api.storage.lists import (
    ListRow,
    ListState,
    add_list,
    delete_list,
    ids_of,
    list_of,
    lock_list,
    select_list,
    select_lists,
    select_states,
    update_list,
)
from todo_api.storage.members import (
    MemberRow,
    delete_member,
    select_member_id,
    select_members,
    update_member,
)
from todo_api.storage.migration import is_current, migrate, require_current, require_empty
from todo_api.storage.moves import move_task
from todo_api.storage.relocation import relocate_task
from todo_api.storage.removal import Removal, count_belongings
from todo_api.storage.schema import DEFAULTS, TaskRow, TokenRow
from todo_api.storage.secrets import TOKENS, select_secret
from todo_api.storage.series import update_task
from todo_api.storage.staging import (
    Import,
    begin_import,
    insert_piece,
    insert_some_piece,
    lock_for_import,
    prepare_import,
)
from todo_api.storage.tasks import (
    delete_task,
    insert_task,
    select_last_task_id,
    select_task,
)
from todo_api.storage.tokens import (
    OwnedToken,
    ValidToken,
    delete_token,
    delete_tokens,
    forget_tokens,
    insert_token,
    note_uses,
    select_anybodys_token,
    select_token,
    select_tokens,
    select_valid_token,
)
from todo_api.storage.tombstones import forget_some_deletions
from todo_api.storage.transfer import (
    NewTasks,
    Parent,
    insert_tasks,
    prepare_tasks,
    select_known,
)
from todo_api.storage.trash import (
    Trashed,
    TrashState,
    remove_from_trash,
    restore_task,
    select_trash,
    select_trash_states,
)
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget
from todo_api.storage.users import (
    PLACES,
    UserRow,
    UserSummary,
    check_registrations,
    delete_user,
    insert_user,
    lock_registration,
    select_enabled_user,
    select_some_hash,
    select_user,
    select_user_by_id,
    select_user_summaries,
    select_user_summary,
    select_usernames,
    update_user,
)

__all__ = [
    "DEFAULTS",
    "EDITOR",
    "MOST_LEVELS",
    "OWNER",
    "PLACES",
    "ROLES",
    "TOKENS",
    "UNLIMITED",
    "VIEWER",
    "AnswerRow",
    "BranchTooLargeError",
    "ChangedError",
    "Connection",
    "ConstraintViolatedError",
    "Database",
    "DatabaseError",
    "DatabaseForeignError",
    "DatabaseMissingError",
    "DatabaseNewerError",
    "DatabaseUnavailableError",
    "DatabaseUnreachableError",
    "DatabaseUnusableError",
    "DatabaseUrlInvalidError",
    "Deletion",
    "DeletionsForgottenError",
    "Import",
    "ImportUnderWayError",
    "InvitationMissingError",
    "Label",
    "ListInvitationRow",
    "ListMissingError",
    "ListRow",
    "ListState",
    "MemberMissingError",
    "MemberRow",
    "NeighbourRefusedError",
    "NewOwnerFullError",
    "NewTasks",
    "OwnedToken",
    "OwnerStaysError",
    "Parent",
    "ParentRefusedError",
    "Point",
    "Position",
    "QuotaMetError",
    "Quotas",
    "Removal",
    "Role",
    "RoleTooLowError",
    "TaskChangedError",
    "TaskMissingError",
    "TaskRow",
    "TokenRow",
    "TooManyInvitationsError",
    "TooManyListsError",
    "TooManyMembersError",
    "TooManySharedListsError",
    "TooManyTokensError",
    "TooManyWordsError",
    "TransactionLostError",
    "TrashState",
    "Trashed",
    "UserGoneError",
    "UserRow",
    "UserSummary",
    "UsernameTakenError",
    "ValidToken",
    "WordBudget",
    "WouldBlockError",
    "add_list",
    "begin_import",
    "check_registrations",
    "count_belongings",
    "delete_invitation",
    "delete_list",
    "delete_list_invitation",
    "delete_member",
    "delete_task",
    "delete_token",
    "delete_tokens",
    "delete_user",
    "end_lease",
    "file_of",
    "files_beside",
    "find_list",
    "forget_answers",
    "forget_invitations",
    "forget_list_invitations",
    "forget_some_deletions",
    "forget_tokens",
    "hold_list",
    "hold_lists",
    "ids_of",
    "insert_answer",
    "insert_invitation",
    "insert_list_invitation",
    "insert_piece",
    "insert_some_piece",
    "insert_task",
    "insert_tasks",
    "insert_token",
    "insert_user",
    "integrity_faults",
    "is_current",
    "is_invited",
    "list_of",
    "lock_for_import",
    "lock_list",
    "lock_registration",
    "migrate",
    "move_task",
    "note_uses",
    "prepare_import",
    "prepare_tasks",
    "relocate_task",
    "remove_from_trash",
    "rename_label",
    "require",
    "require_current",
    "require_empty",
    "require_writable",
    "restore_task",
    "select_answer",
    "select_anybodys_token",
    "select_changes",
    "select_enabled_user",
    "select_known",
    "select_labels",
    "select_last_changed_at",
    "select_last_task_id",
    "select_levels",
    "select_list",
    "select_list_invitations",
    "select_lists",
    "select_member_id",
    "select_members",
    "select_offered_invitation",
    "select_page",
    "select_secret",
    "select_some_hash",
    "select_states",
    "select_task",
    "select_token",
    "select_tokens",
    "select_trash",
    "select_trash_states",
    "select_user",
    "select_user_by_id",
    "select_user_summaries",
    "select_user_summary",
    "select_usernames",
    "select_valid_token",
    "take_lease",
    "try_lock_key",
    "update_list",
    "update_member",
    "update_task",
    "update_user",
    "use_list_invitation",
    "withdraw_invitation",
    "without_secrets",
]
