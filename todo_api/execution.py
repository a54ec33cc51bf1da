"""Where an operation runs: on the event loop, or in a thread.

Handing a request to a thread and back costs more than reading or changing a few rows. So most
operations run on the event loop, if the database can do that: a read in a snapshot, a change as a
member of a group of writers, whose commit alone is left to a thread.

A thread takes what is slow by nature (`IN_THREADS`), what comes with a large body, and whatever
would hold the event loop up: the database interrupts and undoes that, and it runs again.
"""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from todo_api.contract import Crowd, FairTurns, Job, Response, Shares, Workers, unavailable
from todo_api.identity import User
from todo_api.monitoring import record
from todo_api.storage import Database, QuotaMetError, WouldBlockError
from todo_api.throttling import RateLimits, site_of

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

IN_THREADS = {
    "create_user": "hashes a password",
    "update_user": "verifies a password and hashes another one",
    "export_tasks": "reads all that a user has",
    "import_tasks": "parses a file, and writes thousands of rows",
    "run_batch": "changes up to a hundred tasks",
    "rename_label": "changes up to five thousand tasks",
    "empty_trash": "removes all that a user has deleted",
}
"""By operationId, what is slow about it."""

ONLY_READ = {"look_at_invitation": "is a POST since a code should stand in no address"}
"""By operationId, why it changes nothing although its method could."""

AT_ONCE = {"get_health": "needs neither the database nor a thread"}
"""By operationId, why it can always be answered."""

MOST_WAITING = 32
"""A user's requests that wait for the user's threads; more are refused."""

MOST_UNDER_WAY = 48
"""Requests of all users that wait for a thread or have one: changes, and as many reads. About so
many large changes are made within the time that one waits; more would wait in vain."""

MOST_ON_LOOP = 512
"""Requests that are under way on the event loop, waiting for the disk or for a server."""

MOST_BODY_BYTES = 4096
"""A larger body is not parsed and validated on the event loop."""


class Execution:
    """Runs each operation where it belongs."""

    def __init__(
        self,
        database: Database,
        workers: Workers,
        *,
        user_threads: int,
        rate_limits: RateLimits | None = None,
    ) -> None:
        """Take the database, the threads, so many for each user, and how much a user may ask."""
        self._database = database
        self._workers = workers
        self._shares = Shares(workers, user_threads, MOST_WAITING)
        self._reads, self._changes = Crowd(MOST_UNDER_WAY), Crowd(MOST_UNDER_WAY)
        # Writers may wait for one another in their threads: the rest of these are for reads.
        self._writers = FairTurns(
            (workers.threads + 1) // 2,
            most_waiting=MOST_UNDER_WAY,
            refusal="Too many changes are waiting for their turn at the moment.",
        )
        self._on_loop = 0
        self._rate_limits = rate_limits

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return self._shares.waiting + self._writers.waiting

    def fullness(self, operation_id: str, *, is_safe: bool) -> Callable[[str], bool]:
        """Return what tells whether an operation in threads has no room for another request.

        So an excess of them costs next to nothing: nobody finds out who asks, or reads what.
        """
        if operation_id not in IN_THREADS:
            return lambda _: False
        shares, crowd = self._shares, self._reads if is_safe else self._changes

        def is_full(client: str) -> bool:
            site = site_of(client)
            return crowd.is_full(site) or shares.is_full(site)

        return is_full

    async def run(self, job: Job) -> Response:
        """Return the answer to a request, or raise what the operation raises."""
        if job.operation_id in AT_ONCE:
            return job.run()
        try:
            return await self._run(job)
        except QuotaMetError as failure:
            user: User | None = job.sender()
            name = None if user is None else user.username
            record("quota", job.caller, "refused", user=name, reason=failure.what)
            raise

    async def _run(self, job: Job) -> Response:
        if self._rate_limits is not None:
            user = await self._sender_of(job)
            if user is not None:
                await self._rate_limits.admit_user(user.id)
        if job.operation_id not in IN_THREADS and len(job.body) <= MOST_BODY_BYTES:
            try:
                return await self._run_on_loop(job)
            except WouldBlockError:
                pass  # It was undone.
        crowd, lane = (self._reads, None) if only_reads(job) else (self._changes, self._writers)
        site = site_of(job.caller.address)
        with crowd.joined(site):
            user = await self._sender_of(job)
            return await self._shares.run(
                user and user.id, site, self._run_in_thread, job, lane=lane
            )

    async def go_on(
        self, sender: User | None, client: str, call: Callable[[*Ts], T], /, *args: *Ts
    ) -> T:
        """Run what makes more of an answer to a user, in one of the user's threads."""
        return await self._shares.run(
            sender and sender.id, site_of(client), call, *args, patient=True
        )

    async def _sender_of(self, job: Job) -> User | None:
        """Return the user who asks, None if that is anybody; the job does not ask again."""
        user: User | None
        try:
            user = await self._database.read_inline(job.sender)
        except WouldBlockError:
            user = await self._workers.run_soon(job.sender)
        return user

    async def _run_on_loop(self, job: Job) -> Response:
        """Run a job on the event loop; raise `WouldBlockError` if it belongs in a thread.

        Raises `Problem` 503 if too many are under way there.
        """
        if self._on_loop >= MOST_ON_LOOP:
            raise unavailable("Too many requests are under way at the moment.")
        self._on_loop += 1
        try:
            if only_reads(job):
                return await self._database.read_inline(job.run)
            # Who asks, and whether the request is valid, is settled without waiting for writers.
            act = await self._database.read_inline(job.prepare)
            return await self._database.write_inline(act)
        finally:
            self._on_loop -= 1

    def _run_in_thread(self, job: Job) -> Response:
        act: Callable[[], Response] = job.prepare()
        return self._database.retrying(act)


def only_reads(job: Job) -> bool:
    """Tell whether a request changes nothing, so that it waits for no writer."""
    return job.is_safe or job.operation_id in ONLY_READ
