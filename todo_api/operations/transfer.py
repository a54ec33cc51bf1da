"""Export of tasks, and import into one list: the handlers of the tag ``transfer``."""

import logging
import math
from collections import Counter
from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from hashlib import blake2b, sha256
from itertools import islice
from typing import Any, NamedTuple

from todo_api import recurrence, storage, times
from todo_api.contract import (
    MOST_FAULTS,
    Answer,
    Problem,
    Reply,
    Stream,
    Text,
    UrlFor,
    bad_parameters,
    packed_as,
)
from todo_api.formats import (
    NAMED_READERS,
    NAMES,
    READERS,
    WRITERS,
    Item,
    LeftOut,
    Reader,
    Uids,
    Unreadable,
    Writer,
    form_of,
    with_byte_order_mark,
)
from todo_api.identity import User
from todo_api.operations.families import parents_in
from todo_api.operations.representation import (
    TIMES,
    names_in,
    no_such_list,
    represent_task,
    with_rule,
)
from todo_api.rest import CACHE_CONTROL, Once
from todo_api.storage import (
    Connection,
    Database,
    ImportUnderWayError,
    ListMissingError,
    ListState,
    Parent,
    Position,
    Quotas,
    TaskRow,
    TransactionLostError,
    UserGoneError,
    WordBudget,
    select_page,
)

TABLE = "text/csv"
PAGE = 100
"""How many tasks are read and sent at once at most: as many as the longest page of the list has."""
PART = 64 * 1024
"""About how many characters of tasks are sent at once: a client that takes nothing of an export has
as many kept for it."""
KNOWN = "tasks that are in the list already"
CLOCKS_DIFFER = timedelta(days=1)
"""How far ahead of this service's clock an imported time may be."""
MOST_TASKS = 10_000
"""The most tasks in one import."""
MOST_WORDS = 200_000
"""The most words and labels that they are found by: a second's work."""

log = logging.getLogger(__name__)


def export_tasks(
    media_type: str,
    format: str | None,  # noqa: A002 - the parameter's name in the document
    bom: bool | None,  # noqa: FBT001 - likewise
    list_id: list[int] | None,
    user: User,
    database: Database,
    uids: Uids,
    url_for: UrlFor,
) -> Answer:
    """Export your tasks."""
    media_type = NAMES[format] if format else media_type
    writer = WRITERS[media_type](uids)
    if bom:
        if media_type != TABLE:
            raise bad_parameters([("bom", "Only a table has a byte order mark: use format=csv.")])
        writer = with_byte_order_mark(writer)
    headers = {
        "Cache-Control": CACHE_CONTROL,
        "Content-Disposition": f'attachment; filename="tasks.{writer.suffix}"',
        "Vary": "Accept, Authorization",
    }
    with database.snapshot() as db:
        states = storage.select_states(db, user.id, list_id)
    filled = [state for state in states if state.tasks]
    chunks = _export(writer, filled, user, database, url_for)
    return Reply(Stream(chunks, writer.parameters, media_type), 200, headers)


def import_tasks(
    body: Text,
    format: str | None,  # noqa: A002 - the parameter's name in the document
    list_id: int | None,
    idempotency_key: str | None,
    user: User,
    once: Once,
    quotas: Quotas,
    uids: Uids,
) -> Answer:
    """Import tasks."""
    reader = NAMED_READERS[format] if format else READERS.get(body.media_type)
    if reader is None:
        form = form_of(body) or "todotxt"
        raise bad_parameters([("format", f"Name the form of this text, such as format={form}.")])
    packed = packed_as(body.content)
    parts = [Unreadable(1, packed)] if packed else reader(body)
    found = _read(body, parts, uids, reader)
    prepared = storage.prepare_import(found.tasks, WordBudget(MOST_WORDS))

    def hold(db: Connection) -> int:
        try:
            return storage.hold_list(db, user, list_id)
        except ListMissingError:
            raise no_such_list(parameter="list_id") from None

    def insert(db: Connection) -> Reply:
        into = hold(db)
        storage.lock_for_import(db, into)
        known = _known(db, into, found)
        unknown = [place for place in range(len(found.tasks)) if place not in known]
        left_out = found.left_out + Counter({KNOWN: len(known)})
        parents = _parents(db, into, found, known, left_out)
        storage.begin_import(
            db, into, prepared, unknown, parents=parents, by=user.id, quotas=quotas
        )
        return Reply(_result(len(unknown), left_out))

    digest = sha256(body.content).hexdigest()
    asked = ("import_tasks", body.media_type, body.charset, format, digest, list_id)
    into = list_id or user.list_id
    reply = None
    while reply is None:
        with suppress(ImportUnderWayError):
            reply = once(idempotency_key, user.id, asked, insert, admit=hold)
        _finish(once.database, into)
    return reply


def _finish(database: Database, list_id: int) -> None:
    """Insert what has been staged for a list, unless the list is deleted meanwhile."""

    def insert_piece() -> int:
        with database.transaction() as db:
            return storage.insert_piece(db, list_id)

    try:
        with suppress(UserGoneError):
            while database.retrying(insert_piece):
                pass
    except TransactionLostError:
        log.warning("An import has been put off: the sweeping will finish it.")


class Found(NamedTuple):
    """What a file has."""

    tasks: list[dict[str, Any]]
    ids: dict[int, int]
    """By the place among these, the id of a task that came from here."""
    left_out: Counter[str]
    keys: list[Hashable]
    """By what the tasks are named as parents."""
    parents: dict[int, Hashable]
    """By the place of a task that has a parent, the key of that."""


def _known(db: Connection, list_id: int, found: Found) -> dict[int, int]:
    """Return by their places the ids of tasks that the list has, as far as their file tells."""
    uids = {task["uid"] for task in found.tasks if task.get("uid")}
    if not uids and not found.ids:
        return {}
    by_uid, ids = storage.select_known(db, list_id, uids=uids, ids=found.ids.values())
    known = {place: id_ for place, id_ in found.ids.items() if id_ in ids}
    for place, task in enumerate(found.tasks):
        if (id_ := by_uid.get(task.get("uid", ""))) is not None:
            known[place] = id_
    return known


def _parents(
    db: Connection,
    list_id: int,
    found: Found,
    known: Mapping[int, int],
    left_out: Counter[str],
) -> dict[int, Parent]:
    """Return the parents of the tasks that are new, by their places among these."""
    if not found.parents:
        return {}
    levels = storage.select_levels(db, list_id, known.values()) if known else {}
    levels_of_known = {place: levels[id_] for place, id_ in known.items()}
    parents = parents_in(found.keys, found.parents, levels_of_known, left_out)
    unknown = (place for place in range(len(found.tasks)) if place not in known)
    numbers = {place: number for number, place in enumerate(unknown)}
    return {
        numbers[place]: Parent(known[parent]) if parent in known else Parent(place=numbers[parent])
        for place, parent in parents.items()
    }


def _result(imported: int, left_out: Counter[str]) -> dict[str, Any]:
    lost = [{"what": what, "count": count} for what, count in sorted(left_out.items()) if count]
    return {"imported": imported, **({"left_out": lost} if lost else {})}


def _read(
    body: Text, parts: Iterable[Item | LeftOut | Unreadable], uids: Uids, reader: Reader
) -> Found:
    """Return what a file has, of which `parts` are what a reader has found.

    Raises:
        Problem: 400 with the first faults in the file, 413 for too many tasks.

    """
    tasks: list[dict[str, Any]] = []
    ids: dict[int, int] = {}
    keys: list[Hashable] = []
    parents: dict[int, Hashable | None] = {}
    left_out: Counter[str] = Counter()
    faults: list[dict[str, Any]] = []
    for found in parts:
        if isinstance(found, LeftOut):
            left_out[found.what] += 1
        elif isinstance(found, Unreadable):
            faults.append(_fault(found.line, found.detail, found.pointer))
        elif wrong := _faults_in(found, body):
            faults += wrong
        else:
            keys.append(found.key or found.value.get("id"))
            parents[len(tasks)] = found.parent or found.value.get("parent_id")
            if found.uid and (own := uids.task_of(found.uid, found.address)):
                ids[len(tasks)] = own
            tasks.append(_columns_of(found))
        if len(faults) >= MOST_FAULTS:
            break
        if len(tasks) > MOST_TASKS:
            raise Problem(413, f"The body has more than {MOST_TASKS:,} tasks.")
    if faults:
        detail = f"Nothing was imported: {_reason(body, reader)}."
        raise Problem(400, detail, code="invalid_body", faults=faults)
    named = {place: parent for place, parent in parents.items() if parent is not None}
    return Found(tasks, ids, left_out, keys, named)


def _reason(body: Text, reader: Reader) -> str:
    """Return why a file with faults cannot be read, which may be that it has another form."""
    form = form_of(body)
    if form and NAMED_READERS[form] is not reader:
        return f"the file looks like one that format={form} reads"
    return "some lines are not valid"


def _columns_of(found: Item) -> dict[str, Any]:
    """Return a task as it is stored."""
    task = with_rule(found.value)
    if found.uid is None:
        return task
    return {**task, "uid": blake2b(found.uid.encode(), digest_size=16).hexdigest()}


def _faults_in(found: Item, body: Text) -> list[dict[str, Any]]:
    """Return what is wrong with a task of a file."""
    wrong = list(islice(body.items.faults(found.value), MOST_FAULTS))
    return [
        _fault(found.line, detail, found.at + pointer)
        for pointer, detail in wrong or _contradictions(found.value)
    ]


def _export(
    writer: Writer, states: Iterable[ListState], user: User, database: Database, url_for: UrlFor
) -> Generator[bytes, None, None]:
    """Yield list after list part by part, each in its time zone.

    Between two parts no transaction is open, and of the one before nothing is kept.

    Tasks that are created in the meantime are left out, or a slow client might never see the end.
    """
    before = writer.head
    for state in states:
        place: _Place | None = _Place()
        while place:
            told, place = _read_on(state, place, user, database, url_for)
            yield before + writer.tasks(told, state.time_zone)
            before = b""
    yield before + writer.tail


class _Place(NamedTuple):
    """How far a list has been exported."""

    after: int = 0
    """The id of the task before, 0 at the beginning."""
    last: float = math.inf
    """The id of the last task that there was at the beginning."""
    limit: int = PAGE
    """How many tasks to read: less where they are long."""


def _read_on(
    state: ListState, place: _Place, user: User, database: Database, url_for: UrlFor
) -> tuple[Iterator[dict[str, Any]], _Place | None]:
    """Return the tasks of a part, and where the next one begins, if there is one.

    Raises:
        Problem: 404, if a list of which a part was exported is there no more for the user.
        UserGoneError: if the user is there no more.

    """
    with database.snapshot() as db:
        try:
            storage.find_list(db, user, state.id)
        except ListMissingError:
            if place.after:
                raise no_such_list() from None
            storage.select_states(db, user.id)  # raises if the list is gone because the user is
            return iter(()), None
        # The first is the smallest.
        last = min(place.last, storage.select_last_task_id(db, state.id))
        after = Position(place.after, place.after)
        page = select_page(db, state, after=after, limit=place.limit)
        tasks = [*_up_to(PART, page.tasks)]
        names = names_in(db, user, tasks)
    told = (represent_task(task, names, url_for) for task in tasks if task.id <= last)
    if (page.last or len(tasks) < len(page.tasks)) and tasks[-1].id < last:
        return told, _Place(tasks[-1].id, last, min(PAGE, 2 * len(tasks)))
    return told, None


def _up_to(characters: int, tasks: Iterable[TaskRow]) -> Iterator[TaskRow]:
    """Yield the first tasks, one at least, until they have so many characters."""
    for task in tasks:
        yield task
        characters -= len(task.title) + len(task.description)
        if characters <= 0:
            return


def _contradictions(task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the faults of a task that no schema can express."""
    if task.get("completed_at") and not task.get("done"):
        yield "/completed_at", "A task that is not done has no time of completion."
    told = {name: times.instant(task[name]) for name in TIMES if task.get(name)}
    for name, moment in told.items():
        if moment > times.ago(-CLOCKS_DIFFER):
            yield f"/{name}", "This time is in the future."
    if "updated_at" in told and told["updated_at"] < told.get("created_at", times.FIRST):
        yield "/updated_at", "A task cannot have been changed before it was created."
    if task.get("repeat"):
        try:
            recurrence.read_rule(task["repeat"]["rule"])
        except recurrence.RuleError as wanted:
            yield "/repeat/rule", str(wanted)


def _fault(line: int | None, detail: str, pointer: str | None) -> dict[str, Any]:
    fault = {"line": line, "pointer": pointer, "detail": detail}
    return {name: value for name, value in fault.items() if value is not None}
