"""What storage refuses to do, for reasons that lie in the data."""

from typing import Literal

from todo_api.storage.engine import DatabaseError


class UsernameTakenError(DatabaseError):
    """Somebody has this username."""


class UserGoneError(DatabaseError):
    """The user's account was deleted in the meantime."""


class TooManyTokensError(DatabaseError):
    """The user has as many tokens as one may have."""

    def __init__(self, most: int) -> None:
        """Take how many that are."""
        super().__init__(most)
        self.most = most


class TooManyListsError(DatabaseError):
    """The user has as many lists as one may have."""

    def __init__(self, most: int) -> None:
        """Take how many that are."""
        super().__init__(most)
        self.most = most


class TaskMissingError(DatabaseError):
    """The user has no such task."""


class ParentRefusedError(DatabaseError):
    """A task cannot be put under a parent."""

    def __init__(self, reason: Literal["missing", "cycle", "too_deep"]) -> None:
        """Take why: there is none in the list, it is below the task, or too many levels down."""
        super().__init__(reason)
        self.reason = reason


class NeighbourRefusedError(DatabaseError):
    """A task cannot be moved to a place next to another."""

    def __init__(self, side: str, reason: Literal["missing", "no_room"]) -> None:
        """Take the member of the request that names the other task, and why it is refused."""
        super().__init__(side, reason)
        self.side = side
        self.reason = reason


class BranchTooLargeError(DatabaseError):
    """A task has too much below it to be changed together with it."""

    def __init__(self, tasks: int, words: int) -> None:
        """Take the most tasks of a branch, and the most words and labels of them."""
        super().__init__(tasks, words)
        self.tasks = tasks
        self.words = words


class ListMissingError(DatabaseError):
    """The user has no such list."""


class RoleTooLowError(DatabaseError):
    """The user may see the list, but not do this in it."""

    def __init__(self, role: str, least: str) -> None:
        """Take the role that the user has, and the least that is needed."""
        super().__init__(role, least)
        self.role = role
        self.least = least


class MemberMissingError(DatabaseError):
    """The list has no such member."""


class OwnerStaysError(DatabaseError):
    """The user owns the list, which always has an owner."""


class InvitationMissingError(DatabaseError):
    """Nobody is invited by this code, or not any more."""


class TooManyMembersError(DatabaseError):
    """The list has as many members as one may have."""

    def __init__(self, most: int) -> None:
        """Take how many that are, the owner included."""
        super().__init__(most)
        self.most = most


class TooManyInvitationsError(DatabaseError):
    """The list has as many invitations that nobody has used as one may have."""

    def __init__(self, most: int) -> None:
        """Take how many that are."""
        super().__init__(most)
        self.most = most


class TooManySharedListsError(DatabaseError):
    """The user is a member of as many lists of others as one may be."""

    def __init__(self, most: int) -> None:
        """Take how many that are."""
        super().__init__(most)
        self.most = most


class NewOwnerFullError(DatabaseError):
    """With one list more, its new owner would have more than one may have."""

    def __init__(self, what: Literal["lists", "tasks", "text"], most: int) -> None:
        """Take what there would be too much of, and the most there may be."""
        super().__init__(what, most)
        self.what = what
        self.most = most


class ChangedError(DatabaseError):
    """The version of something is none of those that were expected."""

    def __init__(self, version: int) -> None:
        """Take the version that it is in."""
        super().__init__(version)
        self.version = version


class TaskChangedError(ChangedError):
    """A task has changed."""


class ListChangedError(ChangedError):
    """A list, or something in it, has changed."""


class QuotaMetError(DatabaseError):
    """A user has as much of something as a user may have."""

    def __init__(self, what: str, most: int) -> None:
        """Take what there would be too much of, and the most there may be."""
        super().__init__(what, most)
        self.what = what
        self.most = most


class TooManyWordsError(DatabaseError):
    """A transaction would change more of what tasks are found by than may be changed at once."""

    def __init__(self, most: int) -> None:
        """Take the most words and labels that it may be."""
        super().__init__(most)
        self.most = most


class ImportUnderWayError(DatabaseError):
    """Another import into the list has yet to be finished."""


class DeletionsForgottenError(DatabaseError):
    """Deletions since this point are no longer all known."""
