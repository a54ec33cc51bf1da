"""Faults that a service could have, each planted by a change of one thing in storage."""

# ruff: noqa: SLF001 - a fault is in what nobody else has to know of

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Integer, bindparam, delete, false, insert, literal_column, select, update

from tests.machine.branches import Branches
from tests.machine.house import House
from tests.machine.order import Order
from tests.machine.relocation import Relocation
from tests.machine.series import Series
from tests.machine.sharing import Sharing
from todo_api import recurrence
from todo_api.recurrence import days
from todo_api.recurrence import series as days_of_series
from todo_api.storage import (
    access,
    branches,
    filters,
    list_invitations,
    lists,
    members,
    moves,
    relocation,
    series,
    tasks,
    tombstones,
    trash,
)
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.parts import Part
from todo_api.storage.positions import position_of
from todo_api.storage.schema import deleted_tasks
from todo_api.storage.schema import list_members as list_members_table
from todo_api.storage.schema import lists as lists_table
from todo_api.storage.schema import tasks as tasks_table
from todo_api.storage.schema import trash as trash_table

Plant = Callable[[pytest.MonkeyPatch], None]


class Room:
    """The faults that are to be found in one room of the house."""

    faults: ClassVar[dict[str, "tuple[type[House], Plant]"]] = {}
    """Of all rooms: by what is wrong, where it is found, and what makes it so."""

    def __init__(self, machine: type[House]) -> None:
        """Take the room."""
        self.machine = machine

    def fault(self, what: str) -> Callable[[Plant], Plant]:
        """Add a fault."""

        def add(plant: Plant) -> Plant:
            self.faults[what] = self.machine, plant
            return plant

        return add

    def put(self, what: str, owner: object, name: str, value: object) -> None:
        """Add a fault that is something else in place of what has a name."""
        self.faults[what] = self.machine, lambda patch: patch.setattr(owner, name, value)


SHARING, BRANCHES, ORDER = map(Room, (Sharing, Branches, Order))
SERIES, RELOCATION = map(Room, (Series, Relocation))

# Who sees and changes what.

SHARING.put("anybody reads a list", access, "find_role", lambda *_: access.VIEWER)
SHARING.put("viewers change tasks", access, "require", lambda *_, **__: None)
SHARING.put(
    "a member who is removed stays",
    members,
    "DELETE_MEMBER",
    Statement(
        delete(list_members_table).where(
            list_members_table.c.list_id == bindparam("in_list"),
            list_members_table.c.user_id == bindparam("member_id"),
            list_members_table.c.role == "viewer",
        )
    ),
)
SHARING.put(
    "a list that is deleted stays",
    lists,
    "DELETE_LIST",
    Statement(update(lists_table).where(access.IS_LIST).values(last_changed_at=bindparam("now"))),
)
SHARING.put(
    "an invitation makes everybody an editor",
    list_invitations,
    "INSERT_MEMBER",
    Statement(
        insert(list_members_table).values(
            list_id=bindparam("list_id"),
            user_id=bindparam("user_id"),
            role=literal_column("'editor'"),
            joined_at=bindparam("joined_at"),
        )
    ),
)

# Branches.

BRANCHES.put("a task may be seven levels deep", branches, "MOST_LEVELS", 7)


@BRANCHES.fault("a task may be a part of its own parts")
def _(patch: pytest.MonkeyPatch) -> None:
    def alone(_db: Connection, _list: int, task_id: int) -> dict[int, int]:
        return {task_id: 1}

    patch.setattr(branches, "select_branch", alone)


@BRANCHES.fault("a task may be a part of itself")
def _(patch: pytest.MonkeyPatch) -> None:
    found = branches.select_branch

    def without(db: Connection, list_id: int, task_id: int) -> dict[int, int]:
        branch = found(db, list_id, task_id)
        return {one: level for one, level in branch.items() if one != task_id} or {0: 1}

    patch.setattr(branches, "select_branch", without)


BRANCHES.put(
    "a parent need not be there",
    branches,
    "select_levels",
    lambda _db, _list, task_ids: dict.fromkeys(task_ids, 1),
)
BRANCHES.put("the parts of a deleted task stay", tasks, "_select_below", lambda *_: [])


@BRANCHES.fault("a part that was deleted earlier comes back too")
def _(patch: pytest.MonkeyPatch) -> None:
    def below(task: Any, uid: str | None, at: str, version: int, _: int | None) -> Any:  # noqa: ANN401 - rows
        return tombstones.Deleted(task, uid, at, version, task.parent_id)

    patch.setattr(tasks, "Deleted", below)


BRANCHES.put(
    "a task comes back without its parts",
    trash,
    "SELECT_BRANCH",
    Statement(
        select(
            trash_table.c.task_id,
            trash_table.c.version,
            trash_table.c.content,
            trash_table.c.size,
            literal_column("1", Integer),
        ).where(tombstones.IN_TRASH, trash_table.c.task_id == bindparam("task_id"), trash.IS_KEPT),
        trash.InTrash._make,
    ),
)
BRANCHES.put(
    "a task comes back under a parent that is gone",
    trash,
    "_parent_of",
    lambda _db, _list, branch: branch[0].content["parent_id"],
)
BRANCHES.put("a task comes back on the top level", trash, "_parent_of", lambda *_: None)
BRANCHES.put(
    "the trash of a list is not emptied",
    trash,
    "DELETE_PIECE",
    Statement(
        delete(trash_table).where(tombstones.IN_TRASH, false()).returning(trash_table.c.size)
    ),
)
BRANCHES.put(
    "top_level finds the others too",
    filters,
    "_is_on_top",
    lambda _: filters._in_range(tasks_table.c.id, tasks_table.c.id > 0),
)
BRANCHES.put("parent_id finds every part", filters, "_is_part", filters._is_below)

# The order by hand.


@ORDER.fault("a task moves to the other side")
def _(patch: pytest.MonkeyPatch) -> None:
    place = moves.place_next_to
    others = {"before": "after", "after": "before"}
    patch.setattr(
        moves,
        "place_next_to",
        lambda db, list_id, task_id, where, end: place(
            *(db, list_id, task_id),
            {others.get(name, name): value for name, value in where.items()},
            end=end,
        ),
    )


ORDER.put(
    "a task moves to the end",
    moves,
    "SELECT_AFTER",
    Statement(select(tasks_table.c.position).where(tasks_table.c.id < 0)),
)
ORDER.put(
    "a task moves before all others",
    moves,
    "SELECT_BEFORE",
    Statement(select(tasks_table.c.position).where(tasks_table.c.id < 0)),
)
ORDER.put(
    "a new task comes first", tasks, "position_of", lambda id_: position_of(2**25 - id_ % 2**24)
)

# Repetition.


@SERIES.fault("a task that is done again makes another one")
def _(patch: pytest.MonkeyPatch) -> None:
    make = series._make_next
    patch.setattr(
        series,
        "_make_next",
        lambda db, of, done, *rest: make(db, of, done._replace(next_id=None), *rest),
    )


@SERIES.fault("a successor goes though it was changed")
def _(patch: pytest.MonkeyPatch) -> None:
    withdraw = series._withdraw_next
    patch.setattr(
        series,
        "_withdraw_next",
        lambda db, of, undone, *rest: withdraw(db, of, undone._replace(next_version=2**60), *rest),
    )


@SERIES.fault("a successor goes though a part of it was changed")
def _(patch: pytest.MonkeyPatch) -> None:
    parts_of = series._parts

    def as_made(db: Connection, list_id: int, task_id: int) -> list[Part]:
        found = parts_of(db, list_id, task_id)
        version = found[0].task.version
        return [part._replace(task=part.task._replace(version=version)) for part in found]

    patch.setattr(series, "_parts", as_made)


SERIES.put("a successor stays when its task is undone", series, "_withdraw_next", lambda *_: {})


@SERIES.fault("the parts of a successor are ticked")
def _(patch: pytest.MonkeyPatch) -> None:
    kept = series._kept
    patch.setattr(
        series,
        "_kept",
        lambda task: kept(task) | ({"done": task.done} if task.repeat is None else {}),
    )


@SERIES.fault("a successor has no parts")
def _(patch: pytest.MonkeyPatch) -> None:
    parts_of = series._parts
    patch.setattr(series, "_parts", lambda *asked: parts_of(*asked)[:1])


@SERIES.fault("days that have passed are not left out")
def _(patch: pytest.MonkeyPatch) -> None:

    def at_once(rule: recurrence.Rule, start: date, _: date) -> date | None:
        return days.next_day(rule, start, start)

    patch.setattr(days_of_series, "next_day", at_once)


@SERIES.fault("days are counted from the due day, though completion was asked for")
def _(patch: pytest.MonkeyPatch) -> None:
    follow = recurrence.follow
    patch.setattr(
        recurrence,
        "follow",
        lambda rule, due, **how: follow(rule, due, **how | {"from_completion": False}),
    )


@SERIES.fault("a count is not counted down")
def _(patch: pytest.MonkeyPatch) -> None:
    follow = recurrence.follow

    def same(rule: recurrence.Rule, due: str | None, **how: Any) -> recurrence.Next | None:  # noqa: ANN401 - options
        found = follow(rule, due, **how)
        return found and found._replace(rule=str(rule))

    patch.setattr(recurrence, "follow", same)


SERIES.put(
    "the parts of a successor are due when the former were",
    recurrence,
    "moved",
    lambda due, *_, **__: due,
)


@SERIES.fault("a successor does not name what it came of")
def _(patch: pytest.MonkeyPatch) -> None:
    made = tasks.insert_task
    patch.setattr(
        tasks,
        "insert_task",
        lambda db, of, given, **how: made(db, of, {**given, "previous_id": None}, **how),
    )


# From one list into another.


@RELOCATION.fault("what is moved is in the trash of its old list")
def _(patch: pytest.MonkeyPatch) -> None:
    def bury(db: Connection, list_id: int, branch: Sequence[Part], _: object) -> None:
        tasks.delete_task(db, list_id, branch[0].task.id, forget_before=timedelta(days=30))

    patch.setattr(relocation, "remove_parts", bury)


@RELOCATION.fault("a branch that is moved is as deep as it likes")
def _(patch: pytest.MonkeyPatch) -> None:
    check = branches.check_parent
    patch.setattr(
        relocation, "check_parent", lambda *asked, levels: check(*asked, levels=levels > 0)
    )


@RELOCATION.fault("what is moved names what it came of")
def _(patch: pytest.MonkeyPatch) -> None:
    insert_branch = relocation._insert
    link = update(tasks_table).where(tasks_table.c.id == bindparam("moved_id"))
    linked = Statement(link.values(previous_id=bindparam("former_id")))

    def keeping(db: Connection, list_id: int, branch: Sequence[Part], *rest: Any) -> Any:  # noqa: ANN401 - a row
        made = insert_branch(db, list_id, branch, *rest)
        db.execute(linked, {"moved_id": made.id, "former_id": branch[0].task.previous_id})
        return made

    patch.setattr(relocation, "_insert", keeping)


@RELOCATION.fault("the parts of what is moved stay on the top level")
def _(patch: pytest.MonkeyPatch) -> None:
    insert_branch = relocation._insert

    def flat(db: Connection, list_id: int, branch: Sequence[Part], *rest: Any) -> Any:  # noqa: ANN401 - a row
        parts = [part._replace(task=part.task._replace(parent_id=None)) for part in branch]
        return insert_branch(db, list_id, parts, *rest)

    patch.setattr(relocation, "_insert", flat)


# What copies are told.

BRANCHES.put(
    "a deletion is not told",
    tombstones,
    "INSERT_TOMBSTONE",
    Statement(
        insert(deleted_tasks).values(
            list_id=bindparam("list_id"),
            version=bindparam("version"),
            deleted_at=bindparam("deleted_at"),
            task_id=bindparam("task_id", type_=Integer) + 1000,
        )
    ),
)


FAULTS = Room.faults
