"""What storage refuses to do, for reasons that lie in the data."""

from todo_api.storage.engine import DatabaseError


class UsernameTakenError(DatabaseError):
    """Refuse a username that somebody has."""


class UserGoneError(DatabaseError):
    """Refuse work for a user whose account was deleted in the meantime."""


class TaskMissingError(DatabaseError):
    """Refuse work on a task that the user does not have."""


class TaskChangedError(DatabaseError):
    """Refuse to change a task that is not in the state that it was expected in."""

    def __init__(self, change: int) -> None:
        """Take the number of the task's last change."""
        super().__init__(change)
        self.change = change


class ValuesDifferError(DatabaseError):
    """Refuse a change that came with wrong values of what cannot be changed."""

    def __init__(self, names: list[str]) -> None:
        """Take the columns whose values differ."""
        super().__init__(names)
        self.names = names


class DeletionsForgottenError(DatabaseError):
    """Refuse to tell the changes since a point after which deletions are no longer known."""
