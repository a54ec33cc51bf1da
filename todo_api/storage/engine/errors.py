"""What storage raises on its own account.

Anything else that leaves this package (a missing table, a wrong statement) is a fault of the
program, not of the moment, and is left as SQLAlchemy raised it.
"""


class DatabaseError(Exception):
    """Be the root of all errors below."""


class DatabaseUnusableError(DatabaseError):
    """Stop the start: the text is one sentence for the person who starts the program."""


class DatabaseUrlInvalidError(DatabaseUnusableError):
    """Name the part of the database URL that cannot be used."""


class DatabaseUnreachableError(DatabaseUnusableError):
    """Say that no connection could be made, and why."""


class DatabaseNewerError(DatabaseUnusableError):
    """Say that a later version of this program has migrated the database."""


class DatabaseForeignError(DatabaseUnusableError):
    """Say that the database holds something that this program did not put there."""


class DatabaseUnavailableError(DatabaseError):
    """Report an outage: the same call may work later. The text is for logs, not for clients."""


class TransactionLostError(DatabaseUnavailableError):
    """Report a transaction that lost against another one and was rolled back: run it again."""
