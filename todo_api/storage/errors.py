"""What storage raises on its own account.

Anything else that leaves this package (a missing table, a wrong statement) is a fault of the
program, not of the moment, and is left as SQLAlchemy raised it.
"""


class DatabaseError(Exception):
    """Be the root of all errors below."""


class DatabaseUnusable(DatabaseError):
    """Stop the start: the text is one sentence for the person who starts the program."""


class DatabaseUrlInvalid(DatabaseUnusable):
    """Name the part of the database URL that cannot be used."""


class DatabaseUnreachable(DatabaseUnusable):
    """Say that no connection could be made, and why."""


class DatabaseNewer(DatabaseUnusable):
    """Say that a later version of this program has migrated the database."""


class DatabaseForeign(DatabaseUnusable):
    """Say that the database holds something that this program did not put there."""


class Unavailable(DatabaseError):
    """Report an outage: the same call may work later. The text is for logs, not for clients."""


class TransactionLost(Unavailable):
    """Report a transaction that lost against another one and was rolled back: run it again."""


class UsernameTaken(DatabaseError):
    """Refuse a username that somebody has."""


class UserGone(DatabaseError):
    """Refuse work for a user whose account was deleted in the meantime."""


class TaskMissing(DatabaseError):
    """Refuse work on a task that the user does not have."""


class TaskChanged(DatabaseError):
    """Refuse to change a task that is not in the state that it was expected in."""

    def __init__(self, change: int) -> None:
        """Take the number of the task's last change."""
        super().__init__(change)
        self.change = change


class ValuesDiffer(DatabaseError):
    """Refuse a change that came with wrong values of what cannot be changed."""

    def __init__(self, names: list[str]) -> None:
        """Take the columns whose values differ."""
        super().__init__(names)
        self.names = names


class DeletionsForgotten(DatabaseError):
    """Refuse to tell the changes since a point after which deletions are no longer known."""
