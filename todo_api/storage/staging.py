"""Imports that are inserted piece by piece.

To insert thousands of tasks takes a second, and on SQLite everybody else's writes would wait for
it. So one transaction checks such an import and stages it: from then on it is certain, the ids of
its tasks are taken, and so is their part of the quota. Then each piece is inserted in a transaction
of its own, and others take their turns in between.

Whoever has staged an import inserts its pieces. What is left when that was interrupted, whoever
imports into the list next does, or the sweeping.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import bindparam, delete, insert, select

from todo_api.storage.access import IS_THERE
from todo_api.storage.branches import MOST_LEVELS, select_levels
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import ImportUnderWayError
from todo_api.storage.lists import lock_list
from todo_api.storage.schema import lists, staged_imports
from todo_api.storage.tasks import begin_change, begin_new
from todo_api.storage.transfer import (
    NewTasks,
    Parent,
    insert_many,
    insert_tasks,
    prepare_tasks,
    select_known,
)
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget

PIECE_TASKS = 100
"""So many tasks are inserted at once."""
PIECE_WORDS = 2000
"""So many words and labels, if they are of several tasks: some 20 milliseconds' work."""

IN_LIST = staged_imports.c.list_id == bindparam("in_list")
COLUMNS = ("before", "by", "tasks", "left_out", "parents", "seats")

INSERT_PIECE = Statement(insert(staged_imports), columns=staged_imports.c.keys())
SELECT_ANY = Statement(select(staged_imports.c.before).where(IN_LIST).limit(1))
_FIRST = select(staged_imports.c.before).where(IN_LIST).order_by(staged_imports.c.before).limit(1)
TAKE_PIECE = Statement(
    delete(staged_imports)
    .where(IN_LIST, staged_imports.c.before == _FIRST.scalar_subquery())
    .returning(*(staged_imports.c[name] for name in COLUMNS))
)
SELECT_LIST = Statement(
    select(staged_imports.c.list_id)
    .join(lists, lists.c.id == staged_imports.c.list_id)
    .where(IS_THERE)
    .limit(1)
)


class Import(NamedTuple):
    """Tasks that are ready to be imported."""

    new: NewTasks
    pieces: "list[Piece]"
    """The same; none if they are few enough to be inserted at once."""


class Piece(NamedTuple):
    """Some tasks of an import."""

    size: int
    """How many they are."""
    packed: bytes
    """Their columns, as compressed JSON."""


def lock_for_import(db: Connection, list_id: int) -> None:
    """Lock a list until the transaction ends, if no other import into it has yet to be finished.

    Else what that brings would not be seen. Raises `UserGoneError`, `ImportUnderWayError`.
    """
    lock_list(db, list_id)
    if db.scalar(SELECT_ANY, {"in_list": list_id}) is not None:
        raise ImportUnderWayError


def prepare_import(given: Iterable[Mapping[str, Any]], budget: WordBudget | None = None) -> Import:
    """Return tasks, of which only the title has to be given, ready to be imported.

    Raises `TooManyWordsError`.
    """
    new = prepare_tasks(given, budget)
    pieces = list(_divide(new.columns))
    if len(pieces) == 1:
        return Import(new, [])
    return Import(new, [Piece(len(one), zlib.compress(orjson.dumps(one), 1)) for one in pieces])


def begin_import(
    db: Connection,
    list_id: int,
    prepared: Import,
    places: Sequence[int],
    *,
    parents: Mapping[int, Parent] = {},
    by: int,
    quotas: Quotas = UNLIMITED,
) -> None:
    """Insert the tasks at some places of an import; stage them for `insert_piece` if they are many.

    `parents` are as `insert_tasks` takes them, by their places among those tasks.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    chosen = prepared.new.at(places)
    if not prepared.pieces:
        insert_tasks(db, list_id, chosen, parents=parents, by=by, quotas=quotas)
        return
    many = len(places)
    staged = begin_new(db, list_id, changes=0, tasks=many, text=chosen.text, quotas=quotas)
    before, first, wanted = staged.last_task_id - many, 0, set(places)
    ids = {before + place + 1: parent.id_after(before) for place, parent in parents.items()}
    seats = iter(chosen.seats(before))
    for piece in prepared.pieces:
        left_out = [n for n in range(piece.size) if first + n not in wanted]
        values = {"list_id": list_id, "before": before, "by": by, "tasks": piece.packed}
        size = piece.size - len(left_out)
        if size:
            under = [[n, ids[before + n + 1]] for n in range(size) if before + n + 1 in ids]
            values |= {"left_out": left_out, "parents": under, "seats": list(islice(seats, size))}
            db.execute_later(INSERT_PIECE, values)
        before, first = before + size, first + piece.size


def insert_piece(db: Connection, list_id: int) -> int:
    """Insert a piece of what is staged for a list; return how many pieces that were, 0 at the end.

    Raises `UserGoneError`.
    """
    lock_list(db, list_id)
    piece = db.one(TAKE_PIECE, {"in_list": list_id})
    if piece is None:
        return 0
    before, by, packed, left_out, under, seats = piece
    read = orjson.loads(zlib.decompress(packed))
    columns = [task for place, task in enumerate(read) if place not in left_out]
    # What was restored from the trash meanwhile may be what these come from.
    taken, _ = select_known(db, list_id, uids=[task["uid"] for task in columns if task["uid"]])
    new = NewTasks.of([{**task, "uid": None} if task["uid"] in taken else task for task in columns])
    last = begin_change(db, list_id, changes=len(columns))
    parents = _still_there(db, list_id, before, dict(under))
    insert_many(db, list_id, new, last, before=before, parents=parents, seats=seats, by=by)
    return 1


def insert_some_piece(db: Connection) -> int:
    """Insert a piece of what is staged for any list; return how many pieces that were, 0 or 1."""
    list_id = db.scalar(SELECT_LIST)
    return 0 if list_id is None else insert_piece(db, list_id)


def _still_there(
    db: Connection, list_id: int, before: int, parents: Mapping[int, int]
) -> dict[int, int]:
    """Return the parents that can have parts, of which some may have been changed meanwhile.

    Those behind an id are yet to be inserted.
    """
    levels = select_levels(db, list_id, [id_ for id_ in parents.values() if id_ <= before])
    return {
        place: id_
        for place, id_ in parents.items()
        if id_ > before or levels.get(id_, MOST_LEVELS) < MOST_LEVELS
    }


def _divide(columns: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    piece: list[dict[str, Any]] = []
    words = 0
    for task in columns:
        more = len(task["labels"]) + task["words"].count(" ")
        if len(piece) == PIECE_TASKS or (piece and words + more > PIECE_WORDS):
            yield piece
            piece, words = [], 0
        piece.append(task)
        words += more
    if piece:
        yield piece
