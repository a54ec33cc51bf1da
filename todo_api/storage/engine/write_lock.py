"""The right to write to an SQLite file."""

import time
from collections.abc import Callable
from typing import Any

from todo_api.storage.engine.errors import DatabaseUnavailableError
from todo_api.storage.engine.fair_lock import FairLock
from todo_api.storage.engine.sqlite_driver import BUSY, result_code
from todo_api.storage.engine.sqlite_file import FileConnection, SQLiteFile

# A writer waits first for the other writers of this process, then for other processes. Both waits
# together stay below ten seconds, so that a request is answered before its client gives up.
PATIENCE = 4.0
FIRST_PAUSE, LONGEST_PAUSE = 0.0001, 0.001
GROWTH_OF_PAUSES = 1.1
"""Between two looks whether another process still writes: often at first, since most have soon
done so, and begin again half a millisecond later; then rarely, since whoever writes for long may
do so for seconds."""


class WriteLock:
    """The right to write to the file, first among this process's writers, then among all."""

    def __init__(
        self,
        file: SQLiteFile,
        diagnose: Callable[[Exception], type[DatabaseUnavailableError] | None],
    ) -> None:
        """Take the file; `diagnose` tells an outage from a fault (None)."""
        self.file = file
        self.diagnose = diagnose
        self._lock = FairLock()
        self.end = self._lock.leave

    def try_begin(self, db: FileConnection) -> bool:
        """Begin a transaction if that can be had at once; tell whether it has begun."""
        if not self._lock.try_enter():
            return False
        has_begun = False
        try:
            has_begun = self.begin_again(db)
        finally:
            if not has_begun:
                self._lock.leave()
        return has_begun

    def begin_again(self, db: FileConnection) -> bool:
        """Begin another transaction in the same turn; tell whether no other process was quicker."""
        try:
            db.driver.execute("BEGIN IMMEDIATE")
        except Exception as error:
            if result_code(error) == BUSY:
                return False
            raise
        return True

    def begin(self, db: FileConnection, patience: float | None = None) -> None:
        """Wait for one's turn and begin; each wait takes `patience` at the most.

        Raises `DatabaseUnavailableError` if this process's other writers take too long.
        """
        patience = PATIENCE if patience is None else patience
        if not self._lock.enter(patience):
            raise self.file.outage("too many writers are queueing")
        try:
            execute_patiently(db.driver, "BEGIN IMMEDIATE", patience)
        except BaseException:
            self._lock.leave()
            raise

    def commit(self, db: FileConnection) -> None:
        """Store what was written, in the file that is there.

        Raises `DatabaseUnavailableError` if it went into another one.
        """
        db.driver.execute("COMMIT")
        self.file.require_stored(db)


def execute_patiently(driver: Any, sql: str, patience: float) -> None:  # noqa: ANN401 - the driver's own
    """Execute a statement as soon as no other process is in its way.

    SQLite itself would look again at longer and longer intervals, up to a tenth of a second, while
    a write takes less than a millisecond.
    """
    until = time.monotonic() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            driver.execute(sql)
        except Exception as error:
            if result_code(error) != BUSY or time.monotonic() > until:
                raise
            time.sleep(pause)
            pause = min(pause * GROWTH_OF_PAUSES, LONGEST_PAUSE)
        else:
            return
