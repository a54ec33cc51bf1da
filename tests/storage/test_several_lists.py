"""Several lists of one user: read as one, and followed while they come and go."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.rows import KEPT, select_tasks, state_of
from todo_api import times
from todo_api.storage import (
    Database,
    Deletion,
    ListMissingError,
    Point,
    Position,
    TaskMissingError,
    TaskRow,
    UserRow,
    add_list,
    delete_list,
    delete_task,
    hold_list,
    hold_lists,
    insert_task,
    insert_user,
    list_of,
    select_changes,
    select_page,
    select_states,
    update_list,
    update_task,
)
from todo_api.storage import planner as planner_module
from todo_api.storage.lists import id_before
from todo_api.storage.sorting import SORTS, Section

TITLES = ("Read a book", "read on", "Éclair", "Zebra", "zoo", "上海", "100%")
DUES = (None, "2026-11-03", "2026-11-03T10:00:00Z", "2026-12-01")


def new_list(database: Database, user: UserRow) -> int:
    """Make another list of a user's."""
    with database.transaction() as db:
        return add_list(db, user, name="More", time_zone="UTC", most=100).id


def some_task(chance: Random) -> dict[str, Any]:
    """Return a task that has much in common with others."""
    return {
        "title": f"{chance.choice(TITLES)} {chance.randrange(4)}",
        "description": chance.choice(["", "This evening"]),
        "done": chance.choice([True, False, False]),
        "due": chance.choice(DUES),
        "priority": chance.randrange(4),
        "labels": chance.sample(["home", "garden"], chance.randrange(3)),
    }


@pytest.fixture
def filled(database: Database, miguels_account: UserRow) -> dict[int, list[TaskRow]]:
    """Return lists of very different lengths, one of them empty, with their tasks."""
    chance = Random(5)  # noqa: S311 - the same tasks in every run
    lists = [miguels_account.list_id, *(new_list(database, miguels_account) for _ in range(4))]
    tasks: dict[int, list[TaskRow]] = {list_id: [] for list_id in lists}
    with database.transaction() as db:
        for _ in range(70):
            list_id = chance.choice([lists[0]] * 4 + lists[:3] + lists[:4])
            tasks[list_id].append(insert_task(db, list_id, some_task(chance)))
    return tasks


VALUES: dict[str, Callable[[TaskRow], Any]] = {
    "id": lambda task: task.id,
    "title": lambda task: task.title.casefold(),
    "due": lambda task: task.due and times.due_end(task.due),
    "priority": lambda task: task.priority,
    "created_at": lambda task: task.created_at,
    "updated_at": lambda task: task.updated_at,
    "position": lambda task: task.position,
}
PASSES: list[tuple[dict[str, Any], Callable[[TaskRow], bool]]] = [
    ({}, lambda _: True),
    ({"done": True}, lambda task: task.done),
    ({"label": ["home"]}, lambda task: "home" in task.labels),
    (
        {"q": "evening", "priority_min": 1},
        lambda task: bool(task.description) and task.priority >= 1,
    ),
    (
        {"title_prefix": "READ", "done": False},
        lambda task: task.title.casefold().startswith("read") and not task.done,
    ),
    ({"due_after": "2026-11-30"}, lambda task: task.due == "2026-12-01"),
]


def in_order(tasks: list[TaskRow], sort: str) -> list[int]:
    """Return the ids of tasks in an order, as plain Python has it."""
    value, backwards = VALUES[sort.removeprefix("-")], sort.startswith("-")
    by_id = sorted(tasks, key=lambda task: task.id, reverse=backwards)
    having = [task for task in by_id if value(task) is not None]
    having.sort(key=value, reverse=backwards)
    return [task.id for task in [*having, *(task for task in by_id if value(task) is None)]]


def listed(
    database: Database, list_ids: list[int], filters: dict[str, Any], sort: str, limit: int
) -> list[int]:
    """Return the ids of the tasks of several lists, read page by page."""
    found: list[int] = []
    after: Position | None = None
    with database.snapshot() as db:
        states = [state_of(db, list_id) for list_id in list_ids]
        while True:
            page = select_page(db, *states, filters=filters, sort=sort, after=after, limit=limit)
            assert len(page.tasks) == limit or page.last is None
            found += [task.id for task in page.tasks]
            after = page.last
            if after is None:
                return found


@pytest.mark.parametrize("ways", ["short lists", "long lists"])
def test_several_lists_are_sorted_filtered_and_paged_as_one(
    database: Database,
    filled: dict[int, list[TaskRow]],
    ways: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if ways == "long lists":  # as if no index told enough
        monkeypatch.setattr(planner_module, "FEW_ENOUGH_TO_SORT", 0)
        monkeypatch.setattr(planner_module, "PEEKED_PAGES", 2)
        monkeypatch.setattr(planner_module, "TOO_SHORT_TO_ASK", 0)
        monkeypatch.setattr(planner_module, "SHORT_ENOUGH_TO_WALK", 0)
    lists = [*filled]
    for chosen, limits in ((lists, (3, 100)), (lists[1:3], (9,)), ([lists[4]], (2,)), ([], (2,))):
        tasks = [task for list_id in chosen for task in filled[list_id]]
        for filters, passes in PASSES:
            passing = [task for task in tasks if passes(task)]
            for sort in (*SORTS, *(f"-{sort}" for sort in SORTS)):
                for limit in limits:
                    found = listed(database, chosen, filters, sort, limit)
                    assert found == in_order(passing, sort), (filters, sort, limit)


def test_a_page_of_several_lists_reads_little_of_each(
    database: Database, filled: dict[int, list[TaskRow]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = planner_module.Search.read

    def note(search: planner_module.Search, section: Section, room: int) -> planner_module.Rows:
        rows = original(search, section, room)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(planner_module.Search, "read", note)
    with database.snapshot() as db:
        states = [state_of(db, list_id) for list_id in filled]
        page = select_page(db, *states, sort="-priority", limit=20)
    assert len(page.tasks) == 20
    # A share of the page for each list, and again for each share that the page had of one.
    assert len(read) <= 2 * len(filled)
    assert sum(read) <= 2 * 21 + len(filled)


Step = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(["create"] * 3 + ["update"] * 2 + ["delete", "rename", "open", "close"]),
    st.integers(0, 3),
    st.integers(1, 6),
)


class Owner:
    """A user, whose lists some writers change."""

    def __init__(self, database: Database, user: UserRow) -> None:
        """Begin with the user's own list."""
        self.database, self.user = database, user

    def write(self, steps: list[Step]) -> None:
        """Do what a script says, each step in a transaction; what is missing already may be."""
        for step in steps:
            with suppress(TaskMissingError, ListMissingError):
                self.database.retrying(partial(self.do, *step))

    def do(self, verb: str, place: int, number: int) -> None:
        """Do one thing with the list at a place, counted around."""
        with self.database.snapshot() as db:
            ids = [state.id for state in select_states(db, self.user.id)]
        list_id = ids[place % len(ids)]
        task_id = id_before(list_id) + number
        with self.database.transaction() as db:
            if verb == "open":
                add_list(db, self.user, name="More", time_zone="UTC", most=100)
                return
            hold_list(db, self.user, list_id)
            match verb:
                case "create":
                    for _ in range(number):
                        insert_task(db, list_id, {"title": "New"})
                case "update":
                    update_task(db, list_id, task_id, {"done": True})
                case "delete":
                    delete_task(db, list_id, task_id, forget_before=KEPT)
                case "rename":
                    update_list(db, self.user.id, list_id, {"name": "Other"})
                case _ if list_id != self.user.list_id:
                    delete_list(db, self.user.id, list_id)

    def tasks(self) -> list[TaskRow]:
        """Return the tasks of all lists."""
        with self.database.snapshot() as db:
            ids = [state.id for state in select_states(db, self.user.id)]
            return [task for list_id in ids for task in select_tasks(db, list_id)]


class Copy:
    """A copy of all of a user's tasks."""

    def __init__(self, owner: Owner) -> None:
        """Begin empty."""
        self.owner = owner
        self.tasks: dict[int, TaskRow] = {}
        self.points: dict[int, Point] = {}

    def follow(self, limit: int) -> bool:
        """Apply one page; tell whether there is more."""
        with self.owner.database.snapshot() as db:
            states = select_states(db, self.owner.user.id)
            page = select_changes(db, states, self.points, before=times.FIRST, limit=limit)
        assert len(page.found) <= limit
        # A token has room for a hundred lists, but not if many were in the midst of being told.
        assert sum(point.version < point.deletion for point in page.reached.values()) <= 1
        kept = {id_: task for id_, task in self.tasks.items() if list_of(id_) not in page.gone}
        for change in page.found:
            if isinstance(change, Deletion):
                kept.pop(change.id, None)
            else:
                kept[change.id] = change
        self.tasks, self.points = kept, page.reached
        return page.more


@pytest.fixture
def newcomers(database: Database) -> Iterator[Owner]:
    """Users without tasks, one after the other."""

    def register(number: int) -> Owner:
        with database.transaction() as db:
            name = f"user{number}"
            return Owner(database, insert_user(db, username=name, email=None, password_hash="x"))

    return map(register, count())


def test_whoever_follows_while_lists_come_and_go_has_all_tasks(
    newcomers: Iterator[Owner],
) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        before=st.lists(STEPS, max_size=8),
        scripts=st.lists(st.lists(STEPS, min_size=4, max_size=12), min_size=2, max_size=3),
        limit=st.integers(1, 4),
    )
    def check(before: list[Step], scripts: list[list[Step]], limit: int) -> None:
        owner = next(newcomers)
        owner.write(before)
        copy = Copy(owner)
        with ThreadPoolExecutor(len(scripts)) as pool:
            writing = [pool.submit(owner.write, steps) for steps in scripts]
            while wait(writing, timeout=0).not_done:
                copy.follow(limit)
        for done in writing:
            done.result()
        while copy.follow(limit):
            pass
        assert sorted(copy.tasks.values()) == sorted(owner.tasks())

    check()


def test_nobody_holds_a_list_that_is_not_theirs(
    database: Database, miguels_account: UserRow, susans_account: UserRow
) -> None:
    own, other = miguels_account.list_id, new_list(database, miguels_account)
    hers = susans_account.list_id
    with database.transaction() as db:
        assert {*hold_lists(db, miguels_account, {own})} == {own}
        assert {*hold_lists(db, miguels_account, {own, other, hers})} == {own, other}
        assert hold_list(db, miguels_account, other) == other
        for list_id in (hers, hers + 1):
            with pytest.raises(ListMissingError):
                hold_list(db, miguels_account, list_id)
