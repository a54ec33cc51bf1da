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
