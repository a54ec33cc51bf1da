"""All tasks of a user, out and in: the handlers of the tag ``transfer``."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from todo_api.accounts import User
from todo_api.contract import Answer, Problem, Reply, Stream, Text, UrlFor
from todo_api.contract.problem import MOST_FAULTS
from todo_api.formats import Unreadable, Writer, comma_separated, icalendar, json_lines
from todo_api.storage import Database, times
from todo_api.storage import transfer as storage
from todo_api.storage.pages import Position, select_page
from todo_api.tasks import represent

PAGE = 200
"""Tasks that are read, and sent, at once."""
MOST_TASKS = 10_000
"""Tasks that one import can bring: while they are written, others wait."""

WRITERS = {
    "application/jsonl": json_lines.WRITER,
    "text/csv": comma_separated.WRITER,
    "text/calendar": icalendar.WRITER,
}
READERS = {"application/jsonl": json_lines.read, "text/csv": comma_separated.read}


def export_tasks(media_type: str, user: User, database: Database, url_for: UrlFor) -> Answer:
    """Export your tasks."""
    writer = WRITERS[media_type]
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="tasks.{writer.suffix}"',
        "Vary": "Accept, Authorization",
    }
    return Reply(Stream(_export(writer, user, database, url_for)), 200, headers)


def import_tasks(body: Text, user: User, database: Database) -> Answer:
    """Import tasks."""
    tasks: list[dict[str, Any]] = []
    faults: list[dict[str, Any]] = []
    for found in READERS[body.media_type](body.content):
        if isinstance(found, Unreadable):
            faults.append(_fault(found.line, found.detail, found.pointer))
        else:
            task = found.value
            wrong = list(body.items.faults(task)) or _contradictions(task)
            faults += [_fault(found.line, detail, pointer) for pointer, detail in wrong]
            tasks.append(task)
        if len(faults) >= MOST_FAULTS:
            break
        if len(tasks) > MOST_TASKS:
            raise Problem(413, f"The body has more than {MOST_TASKS:,} tasks.")
    if faults:
        raise Problem(400, "Nothing was imported: some lines are not valid.", faults=faults)
    with database.transaction() as db:
        storage.insert_tasks(db, user.id, tasks)
    return {"imported": len(tasks)}


def _export(
    writer: Writer, user: User, database: Database, url_for: UrlFor
) -> Generator[bytes, None, None]:
    """Yield the list, page by page; between two, no transaction is open.

    What is created meanwhile is left out, or a slow client might never see the end.
    """
    with database.snapshot() as db:
        last = storage.select_last_task_id(db, user.id)
    before = writer.head
    after: Position | None = Position(0, 0)
    while after is not None:
        with database.snapshot() as db:
            page = select_page(db, user.id, after=after, limit=PAGE)
        yield before + writer.tasks(
            represent(task, url_for) for task in page.tasks if task.id <= last
        )
        before = b""
        after = page.last if page.last and page.last.id < last else None
    yield writer.tail


def _contradictions(task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what no schema can say against a task."""
    if task.get("completed_at") and not task.get("done"):
        yield "/completed_at", "What is not done was never completed."
    for name in ("created_at", "completed_at"):
        moment = task.get(name)
        if moment and times.instant(moment) > times.now():
            yield f"/{name}", "This is still to come."


def _fault(line: int, detail: str, pointer: str | None) -> dict[str, Any]:
    fault: dict[str, Any] = {"line": line, "detail": detail}
    return fault if pointer is None else {**fault, "pointer": pointer}
