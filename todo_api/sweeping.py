"""Sweeping: what has expired, and what deleted users and lists have left, is removed.

So is what was staged of an import that was interrupted: it is inserted.

It goes in the background, in pieces, each in a transaction of its own, with as much time for others
after each as it took. Of all processes on a database one sweeps at a time: it holds a lease, which
it extends with each piece, and which another one may take soon after it has died.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Event, Thread

from todo_api import times
from todo_api.storage import (
    Connection,
    Database,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    Removal,
    end_lease,
    forget_answers,
    forget_invitations,
    forget_list_invitations,
    forget_some_deletions,
    forget_tokens,
    insert_some_piece,
    require_current,
    take_lease,
)

FIRST_SWEEP_SECONDS, SWEEP_SECONDS = 5.0, 60.0
"""Before the first round, and between two."""
LEASE = "sweeping"
DELETED = "rows of deleted users and lists"
LEASE_SECONDS = timedelta(seconds=15)
STOP_SECONDS = 2.0
"""How long a stop waits for the piece that is under way."""

log = logging.getLogger(__name__)


class LeaseTakenError(Exception):
    """Another process is sweeping."""


class Sweeper:
    """Sweeps a database."""

    def __init__(
        self, database: Database, *, answers_kept: timedelta, deletions_kept: timedelta
    ) -> None:
        """Take the database, and how long is kept what clients may ask for again."""
        self._database = database
        self._holder = secrets.token_hex(8)
        self._wake = Event()
        self._stop = Event()
        self.rounds = 0
        """How often it has swept."""
        self.rows = 0
        """How many rows it has removed."""
        self._kinds: dict[str, Callable[[Connection], int]] = {
            DELETED: Removal().remove_some_piece,
            "idempotency keys": lambda db: forget_answers(db, expiry=times.ago(answers_kept)),
            "tombstones": lambda db: forget_some_deletions(db, before=times.ago(deletions_kept)),
            "tokens": lambda db: forget_tokens(db, now=times.now()),
            "invitations": lambda db: forget_invitations(db, now=times.now()),
            "pieces of interrupted imports": insert_some_piece,
            "invitations to lists": lambda db: forget_list_invitations(db, now=times.now()),
        }

    def sweep(self) -> dict[str, int]:
        """Remove all that there is to remove; return how many rows of each kind that were.

        If one kind fails, the others are removed all the same. Raises `LeaseTakenError` while
        another process does it, and the first failure, such as `DatabaseUnavailableError`.
        """
        removed = dict.fromkeys(self._kinds, 0)
        failures: list[Exception] = []
        try:
            for kind, remove in self._kinds.items():
                try:
                    for rows in self._pieces(remove):
                        removed[kind] += rows
                        self.rows += rows
                except LeaseTakenError:
                    raise
                except Exception as failure:  # noqa: BLE001 - it is raised when the others are done
                    failure.add_note(f"This was met while sweeping {kind}.")
                    failures.append(failure)
        finally:
            if removed[DELETED]:
                self._database.forget_deleted()
            self._end_lease()
        self.rounds += 1
        if failures:
            raise failures[0]
        return removed

    def wake(self) -> None:
        """Have the next round begin at once: there is something to remove."""
        self._wake.set()

    @asynccontextmanager
    async def in_background(self) -> AsyncIterator[None]:
        """Sweep now and then, in a thread of its own, while the block runs."""
        self._stop.clear()
        thread = Thread(target=self._sweep_regularly, name="sweeping", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._wake.set()
            await asyncio.to_thread(thread.join, STOP_SECONDS)

    def _sweep_regularly(self) -> None:
        self._wake.wait(FIRST_SWEEP_SECONDS)
        while not self._stop.is_set():
            self._wake.clear()
            pause = SWEEP_SECONDS
            try:
                require_current(self._database)
                self.sweep()
            except LeaseTakenError:
                # It removes what there is for us, too, unless it has died meanwhile.
                pause = LEASE_SECONDS.total_seconds()
            except (DatabaseUnavailableError, DatabaseUnusableError) as outage:
                log.warning("Sweeping has been put off. %s", outage)
            except Exception:
                log.exception("Sweeping has failed.")
            self._wake.wait(pause)

    def _pieces(self, remove: Callable[[Connection], int]) -> Iterator[int]:
        """Remove piece after piece of one kind, until nothing is left or it is time to stop."""

        def remove_piece() -> int:
            with self._database.transaction() as db:
                if not self._take_lease(db):
                    raise LeaseTakenError
                return remove(db)

        while not self._stop.is_set():
            begun = time.monotonic()
            rows = self._database.retrying(remove_piece)
            if not rows:
                return
            yield rows
            self._stop.wait(time.monotonic() - begun)

    def _take_lease(self, db: Connection) -> bool:
        now = times.now()
        return take_lease(db, LEASE, self._holder, now=now, until=times.later(now, LEASE_SECONDS))

    def _end_lease(self) -> None:
        def end() -> None:
            with self._database.transaction() as db:
                end_lease(db, LEASE, self._holder)

        try:
            self._database.retrying(end)
        except DatabaseUnavailableError:
            log.debug("The lease ends by itself.")
