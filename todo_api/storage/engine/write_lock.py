"""The right to write to an SQLite file."""

import time
from collections.abc import Callable

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.errors import DatabaseUnavailableError
from todo_api.storage.engine.fair_lock import FairLock
from todo_api.storage.engine.sqlite_driver import BUSY, result_code

# A writer waits first for the other writers of this process, then for other processes. Both waits
# together stay below ten seconds, so that a request is answered before its client gives up.
PATIENCE = 4.0
POLLING_SECONDS = 0.001


class WriteLock:
    """The right to write to the file, first among this process's writers, then among all."""

    def __init__(
        self, name: str, diagnose: Callable[[Exception], type[DatabaseUnavailableError] | None]
    ) -> None:
        """Name the database for messages; `diagnose` tells an outage from a fault (None)."""
        self._name = name
        self.diagnose = diagnose
        self._lock = FairLock()
        self.end = self._lock.leave

    def try_begin(self, db: Connection) -> bool:
        """Begin a transaction if that can be had at once; tell whether it has begun."""
        if not self._lock.try_enter():
            return False
        try:
            db.driver.execute("BEGIN IMMEDIATE")
        except Exception as error:
            self._lock.leave()
            if result_code(error) == BUSY:
                return False
            raise
        return True

    def begin(self, db: Connection) -> None:
        """Wait for one's turn and begin.

        Raises `DatabaseUnavailableError` if this process's other writers take too long.
        """
        if not self._lock.enter(PATIENCE):
            raise DatabaseUnavailableError(
                f"{self._name} is unavailable: too many writers are queueing."
            )
        try:
            _begin_patiently(db)
        except BaseException:
            self._lock.leave()
            raise


def _begin_patiently(db: Connection) -> None:
    """Begin as soon as no other process writes.

    SQLite itself would look again at longer and longer intervals, up to a tenth of a second, while
    a write takes less than a millisecond.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            db.driver.execute("BEGIN IMMEDIATE")
        except Exception as error:
            if result_code(error) != BUSY or time.monotonic() > until:
                raise
            time.sleep(POLLING_SECONDS)
        else:
            return
