"""Many new tasks of a list in one transaction.

While it lasts, other changes wait, in SQLite those of all users. So `prepare_tasks` does beforehand
whatever needs no transaction, and `staging` takes more tasks than a few piece by piece.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Self

import orjson
from sqlalchemy import BigInteger, Text, bindparam, cast, literal_column, select

from todo_api import times
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.json_rows import JSONRows
from todo_api.storage.positions import position_of
from todo_api.storage.schema import DEFAULTS, tasks
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import IN_LIST, INSERT_TASK, Change, begin_new
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget, text_size

AT_ONCE = 50_000
"""Labels or words that one statement inserts: a fraction of a second's work."""

MOMENTS = ("created_at", "updated_at", "completed_at")
"""The times that an imported task may bring along."""


_GIVEN = (
    JSONRows(bindparam("values", type_=Text))
    .table_valued("value")
    .c.value.op("->>")(literal_column("0"))
)
SELECT_UIDS = Statement(
    select(tasks.c.uid, tasks.c.id).where(IN_LIST, tasks.c.uid.in_(select(_GIVEN)))
)
SELECT_IDS = Statement(
    select(tasks.c.id).where(IN_LIST, tasks.c.id.in_(select(cast(_GIVEN, BigInteger))))
)


class Parent(NamedTuple):
    """The parent of a new task: a task of the list, or another new one."""

    id: int | None = None
    place: int = 0
    """Among the new tasks, of one that has no id yet."""

    def id_after(self, before: int) -> int:
        """Return the id, where those of new tasks begin behind `before`."""
        return before + self.place + 1 if self.id is None else self.id


class NewTasks(NamedTuple):
    """Tasks ready to be inserted, except for what only the transaction knows."""

    columns: list[dict[str, Any]]
    text: int
    """The bytes of their texts."""

    @classmethod
    def of(cls, columns: list[dict[str, Any]]) -> Self:
        """Take what has to be known of some tasks."""
        return cls(columns, sum(map(text_size, columns)))

    def at(self, places: Sequence[int]) -> Self:
        """Return those at some places, without preparing anything anew."""
        if len(places) == len(self.columns):
            return self
        return self.of([self.columns[place] for place in places])

    def seats(self, before: int) -> list[int]:
        """Return the ids in whose places they come in the order by hand, theirs being behind one.

        Those that bring a position along come in that order, and those of a list together. The
        others follow, in their own order.
        """
        order = sorted(range(len(self.columns)), key=lambda place: _seat(self.columns[place]))
        seats = [0] * len(order)
        for number, place in enumerate(order, 1):
            seats[place] = before + number
        return seats


def prepare_tasks(given: Iterable[Mapping[str, Any]], budget: WordBudget | None = None) -> NewTasks:
    """Return tasks, of which only the title has to be given, ready to be inserted.

    Raises `TooManyWordsError`.
    """
    columns = []
    for task in given:
        columns.append(found := _columns(task))
        if budget is not None:
            budget.spend(len(found["labels"]) + found["words"].count(" "))
    return NewTasks.of(columns)


def insert_tasks(
    db: Connection,
    list_id: int,
    new: NewTasks,
    *,
    parents: Mapping[int, Parent] = {},
    by: int | None = None,
    quotas: Quotas = UNLIMITED,
) -> None:
    """Insert tasks that a user brings, each a change of its own, in their order.

    Unlike a task that is made here, one may bring its times along. `parents` are those of tasks
    that have one, by their places; whoever asks has seen to their levels.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    many = len(new.columns)
    last = begin_new(db, list_id, tasks=many, text=new.text, quotas=quotas)
    before = last.last_task_id - many
    ids = {place: parent.id_after(before) for place, parent in parents.items()}
    seats = new.seats(before)
    insert_many(db, list_id, new, last, before=before, parents=ids, seats=seats, by=by)


def insert_many(
    db: Connection,
    list_id: int,
    new: NewTasks,
    last: Change,
    *,
    before: int,
    parents: Mapping[int, int],
    seats: Sequence[int] | None,
    by: int | None,
) -> None:
    """Insert tasks whose changes have begun, `last` being the last one's, under the ids behind one.

    Each is a change of its own, in their order. `parents` are ids, by the places of their parts;
    `seats` are as `NewTasks.seats` returns them, or None for the ids of the tasks.
    """
    seats = seats or range(before + 1, before + 1 + len(new.columns))
    rows = [
        {
            **task,
            "list_id": list_id,
            "id": before + number,
            "position": position_of(seats[number - 1]),
            "parent_id": parents.get(number - 1),
            "created_at": task["created_at"] or task["updated_at"] or last.at,
            "updated_at": task["updated_at"] or last.at,
            "completed_at": (task["completed_at"] or last.at) if task["done"] else None,
            "created_by": by,
            "completed_by": by if task["done"] else None,
            "assigned_to": None,
            "previous_id": None,
            "next_id": None,
            "version": last.version - len(new.columns) + number,
            "due_key": task["due"] and times.due_end(task["due"], last.time_zone),
        }
        for number, task in enumerate(new.columns, 1)
    ]
    if rows:
        db.execute_many(INSERT_TASK, rows)
    found_by = (
        (LABELS, ((label, n) for n, task in enumerate(rows, 1) for label in task["labels"])),
        (WORDS, ((word, n) for n, task in enumerate(rows, 1) for word in task["words"].split())),
    )
    for index, pairs in found_by:
        while texts := list(islice(pairs, AT_ONCE)):
            values = {"in_list": list_id, "before": before, "texts": orjson.dumps(texts).decode()}
            db.execute(index.insert_many, values)


def select_known(
    db: Connection, list_id: int, *, uids: Iterable[str], ids: Iterable[int] = ()
) -> tuple[dict[str, int], set[int]]:
    """Return which of some uids, each with its id, and which of some ids, tasks of a list have."""
    by_uid, by_id = (
        db.all(
            statement,
            {"in_list": list_id, "values": orjson.dumps([[one] for one in given]).decode()},
        )
        for statement, given in ((SELECT_UIDS, uids), (SELECT_IDS, ids))
    )
    return dict(by_uid), {id_ for (id_,) in by_id}


def taken_uids(db: Connection, list_id: int, uids: Iterable[str | None]) -> Collection[str]:
    """Return which of some uids tasks of a list have: they were imported from the same file."""
    given = [uid for uid in uids if uid is not None]
    return select_known(db, list_id, uids=given)[0] if given else ()


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: _instant(given.get(name)) for name in MOMENTS}
    task = {**DEFAULTS, **given, **moments}
    task["labels"] = sorted({*task["labels"]})
    task.setdefault("uid", None)
    return {**task, **search_columns(task, task)}


def _seat(task: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Return what comes before what in the order by hand that a file tells."""
    position = task.get("position")
    return position is None, task.get("list_id") or 0, position or ""


def _instant(moment: str | None) -> str | None:
    return None if moment is None else times.instant(moment)
