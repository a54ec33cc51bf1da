"""Where an operation runs: on the event loop, or in a thread.

Handing a request to a thread and back costs more than reading or changing a few rows. So most
operations run on the event loop, if the database can do that: a read in a snapshot, a change as a
member of a group of writers, whose commit alone is left to a thread.

A thread takes what is slow by nature (`IN_THREADS`), what comes with a large body, and whatever
would hold the event loop up: the database interrupts and undoes that, and it runs again.
"""

from collections.abc import Callable

from todo_api.contract import Job, Response, Workers
from todo_api.storage import Database, WouldBlockError

IN_THREADS = {
    "create_user": "hashes a password",
    "update_user": "verifies a password and hashes another one",
    "delete_user": "deletes all that a user has",
    "export_tasks": "reads all that a user has",
    "import_tasks": "parses a file, and writes thousands of rows",
    "run_batch": "changes up to a hundred tasks",
}
"""By operationId, what is slow about it."""

MOST_BODY_BYTES = 4096
"""A larger body is not parsed and validated on the event loop."""


class Execution:
    """Runs each operation where it belongs."""

    def __init__(self, database: Database, workers: Workers) -> None:
        """Take the database, and the threads for slow operations."""
        self._database = database
        self._workers = workers

    async def run(self, job: Job) -> Response:
        """Return the answer to a request, or raise what the operation raises."""
        if job.operation_id not in IN_THREADS and len(job.body) <= MOST_BODY_BYTES:
            try:
                return await self._run_inline(job)
            except WouldBlockError:
                pass  # It was undone.
        return await self._workers.run(self._run_in_thread, job)

    async def _run_inline(self, job: Job) -> Response:
        """Run a job on the event loop; raise `WouldBlockError` if it belongs in a thread."""
        if job.is_safe:
            return await self._database.read_inline(job.run)
        # Who asks, and whether the request is valid, is settled without waiting for writers.
        act = await self._database.read_inline(job.prepare)
        return await self._database.write_inline(act)

    def _run_in_thread(self, job: Job) -> Response:
        act: Callable[[], Response] = job.prepare()
        return self._database.retrying(act)
