"""Keys of the order by hand: exact and short, however often something is moved to one place."""

from collections.abc import Callable

import pytest

from tests.support.plans import explained
from tests.support.rows import state_of
from todo_api.storage import Database, NeighbourRefusedError, UserRow
from todo_api.storage import moves as module
from todo_api.storage.listing import select_page
from todo_api.storage.moves import SELECT_AFTER, SELECT_BEFORE, move_task
from todo_api.storage.positions import between, position_of
from todo_api.storage.tasks import insert_task

MANY = 5000
A, B = position_of(1), position_of(2)

Places = list[str]
"""Keys in their order."""


def after_the_first(keys: Places) -> int:
    """Return where to put a key, always behind the first."""
    return min(1, len(keys))


def before_the_last(keys: Places) -> int:
    """Return where to put a key, always before the last."""
    return len(keys) - 1


def in_turn_from_both_sides(keys: Places) -> int:
    """Return where to put a key, between the two that were put last."""
    return len(keys) // 2


def first_or_last_of_a_gap(keys: Places) -> int:
    """Return where to put a key, in turn at both ends of a gap."""
    return len(keys) - 1 if len(keys) % 2 else 1


@pytest.mark.parametrize(
    ("place", "longest"),
    [
        (after_the_first, 24),
        (before_the_last, 24),
        (in_turn_from_both_sides, 2400),
        (first_or_last_of_a_gap, 24),
    ],
)
def test_there_is_always_a_key_between(place: Callable[[Places], int], longest: int) -> None:
    keys = [A, B]
    for _ in range(MANY):
        where = place(keys)
        key = between(keys[where - 1], keys[where])
        assert keys[where - 1] < key < keys[where]
        assert not key.endswith("0" * 8)
        keys.insert(where, key)
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= longest


def test_there_is_always_a_key_before_the_first_and_behind_the_last() -> None:
    first, last = A, A
    for _ in range(40_000):
        before, behind = between("", first), between(last, B)
        assert before < first <= last < behind < B
        first, last = before, behind
    assert len(first) <= 24


def test_a_key_of_each_number_is_behind_those_before_it() -> None:
    keys = [position_of(number) for number in (1, 2, 3, 9, 10, 16, 2**26 - 1)]
    assert keys == sorted(keys)
    assert {len(key) for key in keys} == {8}


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_neighbour_is_found_by_the_index(
    database: Database, miguels_account: UserRow, side: str
) -> None:
    list_id = miguels_account.list_id
    with database.transaction() as db:
        for number in range(20):
            insert_task(db, list_id, {"title": f"Task {number}"})
    statement = {"before": SELECT_BEFORE, "after": SELECT_AFTER}[side]
    values: dict[str, object] = {"in_list": list_id, "moved": 3, "position": A}
    with database.snapshot() as db:
        if db.dialect.name == "postgresql":
            db.driver.execute("SET LOCAL enable_seqscan = off")  # as if the list were long
            db.driver.execute("SET LOCAL enable_bitmapscan = off")
        assert "tasks_position" in explained(db, statement, values)


def test_a_place_where_too_much_was_moved_is_refused(
    database: Database, miguels_account: UserRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 8)
    list_id = miguels_account.list_id
    with database.transaction() as db:
        tasks = [insert_task(db, list_id, {"title": "Read"}) for _ in range(6)]
        ids = [task.id for task in tasks]
        for id_ in ids[2:5]:
            move_task(db, list_id, id_, {"after": ids[0]})
        with pytest.raises(NeighbourRefusedError, match="no_room"):
            move_task(db, list_id, ids[5], {"after": ids[0]})
        page = select_page(db, state_of(db, list_id), sort="position", limit=9)
        assert [task.id for task in page.tasks] == [ids[0], *reversed(ids[2:5]), ids[1], ids[5]]
