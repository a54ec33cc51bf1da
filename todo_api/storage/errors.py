"""What storage refuses to do, for reasons that lie in the data."""

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


class ListMissingError(DatabaseError):
    """The user has no such list."""


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


class DeletionsForgottenError(DatabaseError):
    """Deletions since this point are no longer all known."""
