"""What can go wrong with a database, whatever is stored in it.

Anything else that a driver raises (a missing table, a wrong statement) is a fault of the program
and passes as it is.
"""


class DatabaseError(Exception):
    """The root of all errors of storage."""


class DatabaseUnusableError(DatabaseError):
    """The program cannot start on this database; the message is a sentence that says why."""


class DatabaseUrlInvalidError(DatabaseUnusableError):
    """The database URL cannot be used."""


class DatabaseUnreachableError(DatabaseUnusableError):
    """No connection to the database could be made."""


class DatabaseMissingError(DatabaseUnusableError):
    """There is no database, and nobody has said that one is to be made."""


class DatabaseNewerError(DatabaseUnusableError):
    """A later version of this program has migrated the database."""


class DatabaseForeignError(DatabaseUnusableError):
    """The database holds something that this program did not put there."""


class DatabaseUnavailableError(DatabaseError):
    """An outage: the same call may work later. The message is for logs, not for clients."""


class DatabaseDamagedError(DatabaseUnavailableError):
    """What is stored is not what was written: a person has to bring back a copy that is whole."""


class DatabaseInUseError(DatabaseUnavailableError):
    """Others hold what a migration has to change: it can be tried again."""


class TransactionLostError(DatabaseUnavailableError):
    """The transaction lost against another one and was rolled back: it can be run again."""


class ConstraintViolatedError(DatabaseError):
    """A statement would have broken a constraint; the transaction can only be rolled back."""


class WouldBlockError(Exception):
    """A call would hold up the event loop: it has changed nothing, and belongs in a thread."""
