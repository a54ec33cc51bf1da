"""What storage refuses to do, for reasons that lie in the data."""

from todo_api.storage.engine import DatabaseError


class UsernameTakenError(DatabaseError):
    """Somebody has this username."""


class UserGoneError(DatabaseError):
    """The user's account was deleted in the meantime."""


class TaskMissingError(DatabaseError):
    """The user has no such task."""


class TaskChangedError(DatabaseError):
    """The version of the task is none of those that were expected."""

    def __init__(self, version: int) -> None:
        """Take the version that the task is in."""
        super().__init__(version)
        self.version = version


class DeletionsForgottenError(DatabaseError):
    """Deletions since this point are no longer all known."""
