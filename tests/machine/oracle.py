"""What lists of tasks are to be, as plain dictionaries and lists: no code of the service is used.

A refusal is what a client is to be told: the status, and for a fault in the body its place and
code.
"""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr

Task = dict[str, Any]

LEVELS = 5
NEW: Task = {
    "labels": [],
    "done": False,
    "due": None,
    "priority": 0,
    "parent_id": None,
    "repeat": None,
    "previous_id": None,
    "next_id": None,
    "completed_by": None,
}
COMES_AGAIN = ("title", "labels", "priority", "parent_id")
"""What a task has in common with its successor."""


UNREAD = "~"
"""The position of what was made a moment ago, and came last: behind those that have been read."""


class RefusalError(Exception):
    """What the oracle says of a request that is to be refused."""

    def __init__(self, status: int, place: str | None = None, code: str | None = None) -> None:
        """Take what the client is told."""
        super().__init__(status, place, code)
        self.status, self.place, self.code = status, place, code


@dataclass
class Buried:
    """A task in the trash."""

    task: Task
    taken_along_by: int | None
    """The task above it, if it was deleted together with that one."""


@dataclass
class Tasks:
    """The tasks of a list."""

    id: int
    before: int
    """The id behind which those of its tasks begin."""
    made: int = 0
    """How many tasks there have ever been."""
    tasks: dict[int, Task] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    """As they were put by hand."""
    trash: dict[int, Buried] = field(default_factory=dict)
    clock: int = 0
    """Counts changes."""
    changed: dict[int, int] = field(default_factory=dict)
    """By the id of a task, its last change."""
    successor_made: dict[int, int] = field(default_factory=dict)
    """By the id of a task, the change that ended the making of its successor."""

    # What is above and below.

    def children(self, task_id: int) -> list[int]:
        """Return the tasks right below one."""
        return sorted(one for one, task in self.tasks.items() if task["parent_id"] == task_id)

    def branch(self, task_id: int) -> list[int]:
        """Return a task and all below it, level by level, each in the order by hand."""
        found, level = [], [task_id] if task_id in self.tasks else []
        while level:
            found += level
            below = (child for one in level for child in self.children(one))
            level = sorted(below, key=self.order.index)
        return found

    def level(self, task_id: int) -> int:
        """Return how deep a task is, counted from 1."""
        above = self.tasks[task_id]["parent_id"]
        return 1 if above is None else 1 + self.level(above)

    def height(self, task_id: int) -> int:
        """Return how many levels a branch has."""
        return 1 + max(map(self.height, self.children(task_id)), default=0)

    def check_parent(self, parent_id: int, task_id: int | None = None, height: int = 1) -> None:
        """Refuse a parent that a task, or a new one with as much below it, cannot have."""
        if parent_id not in self.tasks:
            raise RefusalError(400, "/parent_id", "missing")
        if task_id is not None:
            if parent_id in self.branch(task_id):
                raise RefusalError(400, "/parent_id", "cycle")
            height = self.height(task_id)
        if self.level(parent_id) + height > LEVELS:
            raise RefusalError(400, "/parent_id", "too_deep")

    # What clients do.

    def create(self, given: Mapping[str, Any], by: str) -> int:
        """Make a task, which is the last in the order by hand."""
        if given.get("parent_id") is not None:
            self.check_parent(given["parent_id"])
        self.made += 1
        new = self.before + self.made
        self.tasks[new] = {**deepcopy(NEW), **deepcopy({**given}), "id": new, "created_by": by}
        self.tasks[new]["labels"].sort()
        if given.get("done"):
            self.tasks[new]["completed_by"] = by
        self.order.append(new)
        self.touch(new)
        return new

    def update(self, task_id: int, changes: Mapping[str, Any], by: str, today: date) -> None:
        """Change a task; one that repeats and is now done gets its successor."""
        task = self.find(task_id)
        parent_id = changes.get("parent_id")
        if parent_id not in {None, task["parent_id"]}:
            self.check_parent(parent_id, task_id)
        was_done = task["done"]
        task.update(deepcopy({**changes}))
        task["labels"].sort()
        self.touch(task_id)
        if task["done"] and not was_done:
            task["completed_by"] = by
            self.make_successor(task_id, by, today)
        elif was_done and not task["done"]:
            task["completed_by"] = None
            self.withdraw_successor(task_id)

    def delete(self, task_id: int) -> None:
        """Put a task and all below it into the trash, together."""
        self.find(task_id)
        for one in reversed(self.branch(task_id)):
            task = self.tasks.pop(one)
            self.order.remove(one)
            self.trash[one] = Buried(task, None if one == task_id else task["parent_id"])

    def restore(self, task_id: int, positions: Mapping[int, str]) -> None:
        """Bring back a task and what was deleted together with it, to where they were."""
        if task_id in self.tasks:
            return
        if task_id not in self.trash:
            raise RefusalError(404)
        levels = [[task_id]]
        while levels[-1]:
            above = {*levels[-1]}
            levels.append([o for o, one in self.trash.items() if one.taken_along_by in above])
        for one in [one for level in levels for one in level]:
            self.tasks[one] = self.trash.pop(one).task
            places = [(positions.get(id_, UNREAD), id_) for id_ in [*self.order, one]]
            self.order.insert(sum(place < places[-1] for place in places), one)
            self.touch(one)
        task = self.tasks[task_id]
        parent_id = task["parent_id"]
        if parent_id is not None and (
            parent_id not in self.tasks or self.level(parent_id) + len(levels) - 1 > LEVELS
        ):
            task["parent_id"] = None

    def move(self, task_id: int, where: Mapping[str, Any]) -> None:
        """Put a task under another parent, or next to another task, or both."""
        task = self.find(task_id)
        parent_id = where.get("parent_id")
        if parent_id not in {None, task["parent_id"]}:
            self.check_parent(parent_id, task_id)
        self.place(task_id, where)
        task |= {name: where[name] for name in where.keys() & {"parent_id"}}
        self.touch(task_id)

    def place(self, task_id: int, where: Mapping[str, Any]) -> None:
        """Put a task next to another one, if one is named."""
        for side in where.keys() & {"before", "after"}:
            if where[side] not in self.tasks or where[side] == task_id:
                raise RefusalError(400, f"/{side}", "missing")
            self.order.remove(task_id)
            self.order.insert(self.order.index(where[side]) + (side == "after"), task_id)

    def let_go(self, task_id: int) -> list[Task]:
        """Remove a task and all below it, which are not in the trash; return them."""
        branch = self.branch(task_id)
        for one in branch:
            self.order.remove(one)
        return [self.tasks.pop(one) for one in branch]

    def take_in(self, branch: list[Task], where: Mapping[str, Any]) -> None:
        """Make the tasks of a branch anew, in their order: what they came of stays behind."""
        ids: dict[int, int] = {}
        for task in branch:
            self.made += 1
            new = ids[task["id"]] = self.before + self.made
            links = {"previous_id": None, "next_id": None}
            parent_id = ids[task["parent_id"]] if len(ids) > 1 else where.get("parent_id")
            self.tasks[new] = {**task, **links, "id": new, "parent_id": parent_id}
            self.order.append(new)
            self.touch(new)
            if len(ids) == 1:
                self.place(new, where)

    # Tasks that come again.

    def make_successor(self, task_id: int, by: str, today: date) -> None:
        """Make the task that follows one, and copies of its parts, unless there is one already."""
        done = self.tasks[task_id]
        if done["repeat"] is None or done["next_id"] in self.tasks:
            return
        due, rule = following(done["repeat"], done["due"], today)
        if due is None:
            done["next_id"] = None
            return
        parts = self.branch(task_id)[1:]
        repeat = {**done["repeat"], "rule": rule}
        copies = {task_id: self.create({**kept(done), "due": due, "repeat": repeat}, by)}
        self.place_successor(task_id, copies[task_id])
        for one in parts:
            part = self.tasks[one]
            if part["parent_id"] in copies and part["next_id"] is None:
                given = {**kept(part), "parent_id": copies[part["parent_id"]]}
                given |= {"due": moved(part["due"], done["due"], due), "repeat": part["repeat"]}
                copies[one] = self.create(given, by)
        self.tasks[copies[task_id]]["previous_id"] = task_id
        done["next_id"] = copies[task_id]
        self.successor_made[task_id] = self.clock

    def place_successor(self, task_id: int, successor: int) -> None:
        """Put a successor where it belongs in the order by hand: right behind its predecessor."""
        self.order.remove(successor)
        self.order.insert(self.order.index(task_id) + 1, successor)

    def withdraw_successor(self, task_id: int) -> None:
        """Remove the successor with all below it, unless any of them was changed."""
        undone = self.tasks[task_id]
        if undone["next_id"] is None:
            return
        branch = self.branch(undone["next_id"])
        if any(self.changed[one] > self.successor_made[task_id] for one in branch):
            return
        for one in branch:
            del self.tasks[one]
            self.order.remove(one)
        undone["next_id"] = None

    def find(self, task_id: int) -> Task:
        """Return a task."""
        if task_id not in self.tasks:
            raise RefusalError(404)
        return self.tasks[task_id]

    def touch(self, task_id: int) -> None:
        """Count a change of a task."""
        self.clock += 1
        self.changed[task_id] = self.clock


def kept(task: Task) -> Task:
    """Return what a task hands on."""
    return {name: task[name] for name in COMES_AGAIN}


def following(repeat: Mapping[str, str], due: str | None, today: date) -> tuple[str | None, str]:
    """Return when a task comes again, if it does, and by which rule from then on."""
    parts = dict(part.split("=") for part in repeat["rule"].split(";"))
    left = int(parts.pop("COUNT", 0))
    if left == 1:
        return None, ""
    counted = due is not None and repeat["from"] == "due"
    start = date.fromisoformat(due[:10]) if counted and due is not None else today
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    least = max(start, today - timedelta(days=1)) if counted else today
    days = rrulestr(rule, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001 - days
    found = days.after(datetime(least.year, least.month, least.day))  # noqa: DTZ001 - the same
    if found is None:
        return None, ""
    if left:
        rule += f";COUNT={left - 1}"
    return found.date().isoformat() + (due or "")[10:], rule


def moved(due: str | None, before: str | None, after: str) -> str | None:
    """Return a time as many days later as one is behind another."""
    if due is None or before is None:
        return None
    day, first, second = (date.fromisoformat(one[:10]) for one in (due, before, after))
    return (day + (second - first)).isoformat() + due[10:]


@dataclass
class SharedList:
    """A list, and who has which role in it."""

    tasks: Tasks
    owner: str
    roles: dict[str, str] = field(default_factory=dict)
    """Of all but the owner."""

    def role(self, username: str) -> str | None:
        """Return the role that somebody has."""
        return "owner" if username == self.owner else self.roles.get(username)

    def require(self, username: str, roles: Collection[str]) -> None:
        """Refuse whoever does not see the list, or has none of the roles."""
        role = self.role(username)
        if role is None:
            raise RefusalError(404)
        if role not in roles:
            raise RefusalError(403)


class World:
    """All lists that there are."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lists: dict[int, SharedList] = {}

    def of(self, username: str) -> dict[int, str]:
        """Return the lists that somebody sees, each with the role."""
        roles = {id_: one.role(username) for id_, one in self.lists.items()}
        return {id_: role for id_, role in roles.items() if role is not None}

    def visible(self, username: str) -> Iterator[Tasks]:
        """Yield the tasks of each list that somebody sees."""
        for list_id in self.of(username):
            yield self.lists[list_id].tasks

    def relocate(self, here: int, task_id: int, into: int, where: Mapping[str, Any]) -> None:
        """Move a task, with all below it, from one list into another."""
        old, new = self.lists[here].tasks, self.lists[into].tasks
        old.find(task_id)
        if where.get("parent_id") is not None:
            new.check_parent(where["parent_id"], height=old.height(task_id))
        new.take_in(old.let_go(task_id), where)

    def delete(self, list_id: int) -> None:
        """Delete a list, with all that is in it."""
        del self.lists[list_id]
