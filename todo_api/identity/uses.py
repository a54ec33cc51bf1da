"""When tokens were last used, written a while later: a request that reads must not write.

A use is remembered, and written in the background together with others. That happens to a token at
most once in each minute of the clock, however often it is used.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Lock

from todo_api.identity.accounts import RunInThread
from todo_api.storage import Database, DatabaseUnavailableError, ValidToken, note_uses

WRITTEN_EVERY = 5.0
"""Seconds between two rounds of writing."""
MOST_REMEMBERED = 10_000
_MINUTE = len("2026-11-30T09:00")

log = logging.getLogger(__name__)


class Uses:
    """The uses of tokens that are still to be written; any thread may note one."""

    def __init__(self, database: Database) -> None:
        """Write to this database."""
        self._database = database
        self._unwritten: dict[tuple[int, int], str] = {}
        self._guard = Lock()

    def note(self, token: ValidToken, now: str) -> None:
        """Remember that a token is used now, unless that is known to the minute."""
        last = token.last_used_at
        if last is not None and last[:_MINUTE] >= now[:_MINUTE]:
            return
        with self._guard:
            if len(self._unwritten) < MOST_REMEMBERED:
                self._unwritten[token.user_id, token.id] = now

    def write(self) -> None:
        """Write what is remembered; it takes a thread that may wait."""
        with self._guard:
            uses, self._unwritten = self._unwritten, {}

        def write() -> None:
            with self._database.transaction() as db:
                note_uses(db, uses)

        try:
            self._database.retrying(write)
        except DatabaseUnavailableError:
            # They are no loss: the next use of each token tells as much.
            log.warning("When %d tokens were last used could not be written.", len(uses))

    @asynccontextmanager
    async def written_regularly(self, run_in_thread: RunInThread) -> AsyncIterator[None]:
        """Write in the background of the block, and once more at its end."""

        async def write() -> None:
            if self._unwritten:
                await run_in_thread(self.write)

        async def write_regularly() -> None:
            while True:
                await asyncio.sleep(WRITTEN_EVERY)
                await write()

        writing = asyncio.create_task(write_regularly())
        try:
            yield
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            await write()
