"""Pages of a user's tasks: the same whether few of them pass the filters or many."""

from typing import Any

import pytest

from tests.support.rows import state_of
from todo_api.storage import Database, UserRow, planner
from todo_api.storage.filters import FILTERS
from todo_api.storage.listing import select_page
from todo_api.storage.lists import id_before
from todo_api.storage.sorting import SORTS, Position
from todo_api.storage.tasks import insert_task

FILTERED: list[dict[str, Any]] = [
    {},
    {"done": True},
    {"done": False, "priority_min": 1},
    {"title_prefix": "RE"},
    {"q": "book evening"},
    {"label": ["home", "garden"]},
    {"due_before": "2026-11-10", "done": False},
    {"due_after": "2026-11-10T00:00:00Z"},
    {"overdue": True},
    {"overdue": False, "label": ["home"]},
    {"updated_since": "2001-01-01T00:00:00Z", "q": "read"},
    {"assigned_to": "miguel"},
    {"assigned_to": "miguel", "done": False},
    {"top_level": True},
    {"top_level": False, "q": "read"},
    {"parent_id": 1},
]
SORTED = [*SORTS, *(f"-{sort}" for sort in SORTS)]


@pytest.fixture
def tasks(database: Database, miguels_account: UserRow) -> list[int]:
    """Return the ids of some tasks that differ in everything."""
    with database.transaction() as db:
        return [
            insert_task(
                db,
                miguels_account.list_id,
                {
                    "title": ("Read a book", "Rest", "Weed")[number % 3],
                    "description": "This evening" if number % 2 else "",
                    "done": number % 5 == 0,
                    "due": f"2026-11-{number:02}" if number % 4 else None,
                    "priority": number % 4,
                    "labels": ["home", "garden"][: number % 3],
                    "assigned_to": miguels_account.id if number % 3 else None,
                    "parent_id": id_before(miguels_account.list_id) + 1 if number > 12 else None,
                },
            ).id
            for number in range(1, 25)
        ]


def listed(
    database: Database, list_id: int, filters: dict[str, object], sort: str, limit: int
) -> list[int]:
    """Return the ids of a list, read page by page."""
    found: list[int] = []
    after: Position | None = None
    with database.snapshot() as db:
        state = state_of(db, list_id)
        while True:
            page = select_page(db, state, filters=filters, sort=sort, after=after, limit=limit)
            found += [task.id for task in page.tasks]
            after = page.last
            if after is None:
                return found


# As if the list were long: what passes one filter is few, only what passes all is, or nothing is,
# or the first tasks fill no page.
LONG = [(100, 2), (0, 2), (4, 2), (0, 0)]


@pytest.mark.parametrize("filters", FILTERED, ids=str)
def test_few_and_many_are_listed_alike(
    database: Database,
    miguel: int,
    tasks: list[int],
    filters: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_id = listed(database, miguel, filters, "id", 100)
    assert 0 < len(by_id) <= len(tasks)
    for sort in SORTED:
        whole = listed(database, miguel, filters, sort, 100)
        assert sorted(whole) == by_id
        assert listed(database, miguel, filters, sort, 2) == whole
        for few, ahead in LONG:
            with monkeypatch.context() as patched:
                patched.setattr(planner, "FEW_ENOUGH_TO_SORT", few)
                patched.setattr(planner, "SHARE_TO_SORT", 1)
                patched.setattr(planner, "TOO_SHORT_TO_ASK", 0)
                patched.setattr(planner, "PEEKED_PAGES", ahead)
                patched.setattr(planner, "SHORT_ENOUGH_TO_WALK", 0)
                assert listed(database, miguel, filters, sort, 2) == whole


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("word", ["read", "rare"])
def test_a_page_of_a_short_list_costs_little_however_many_pass(
    database: Database, miguel: int, word: str
) -> None:
    with database.transaction() as db:
        for number in range(400):
            title = f"{'Read' if number % 2 else 'Write'} {'rare' if number % 100 == 0 else number}"
            insert_task(db, miguel, {"title": title})
        state = state_of(db, miguel)
        steps: list[None] = []
        db.driver.set_progress_handler(lambda: steps.append(None), 1)
        select_page(db, state, limit=20)
        plain = len(steps)
        steps.clear()
        page = select_page(db, state, filters={"q": word}, limit=20)
        assert len(page.tasks) == (20 if word == "read" else 4)
        assert len(steps) < 3 * plain


def test_each_filter_is_tried_here() -> None:
    assert {name for filters in FILTERED for name in filters} == FILTERS.keys()


def test_somebody_elses_tasks_are_on_no_page(
    database: Database, susan: int, tasks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tasks
    monkeypatch.setattr(planner, "TOO_SHORT_TO_ASK", 0)
    for few in (planner.FEW_ENOUGH_TO_SORT, 0):
        monkeypatch.setattr(planner, "FEW_ENOUGH_TO_SORT", few)
        for filters in FILTERED:
            assert listed(database, susan, filters, "due", 2) == []
