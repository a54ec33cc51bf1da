"""Days: when they begin and end in a time zone, and that tasks are found and sorted by that."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.support.rows import KEPT, state_of
from todo_api import times
from todo_api.storage import (
    Database,
    UserRow,
    add_list,
    insert_task,
    prepare_tasks,
    restore_task,
    select_page,
    select_states,
    update_list,
    update_task,
)
from todo_api.storage.migration import migrate, upgrade
from todo_api.storage.schema import lists, tasks, users
from todo_api.storage.tasks import delete_task
from todo_api.storage.transfer import insert_tasks

DAYS = [
    # Nothing happens, on either side of the equator and at both ends of the world.
    ("UTC", "2026-11-27", 24),
    ("Asia/Kolkata", "2026-11-27", 24),
    ("Asia/Kathmandu", "2026-11-27", 24),
    ("Pacific/Kiritimati", "2026-11-27", 24),
    ("Etc/GMT+12", "2026-11-27", 24),
    # Clocks change in the night, by an hour and by half of one.
    ("Europe/Berlin", "2026-03-29", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Australia/Lord_Howe", "2026-04-05", 24.5),
    # They skip midnight, or show the last hour of a day twice.
    ("America/Sao_Paulo", "2018-11-04", 23),
    ("America/Sao_Paulo", "2019-02-16", 25),
    ("Africa/Cairo", "2026-04-24", 23),
    ("Africa/Cairo", "2026-10-29", 25),
    ("Asia/Beirut", "2026-03-29", 23),
    ("America/Havana", "2026-03-08", 23),
    ("America/Asuncion", "2023-10-01", 23),
    # A zone moves for good, as far as over the date line.
    ("Asia/Pyongyang", "2018-05-04", 23.5),
    ("America/Caracas", "2016-05-01", 23.5),
    ("Pacific/Apia", "2011-12-29", 24),
    ("Pacific/Apia", "2011-12-30", 0),
    ("Pacific/Apia", "2011-12-31", 24),
]


def first_moment(day: date, zone: str) -> datetime:
    """Return the first minute at which a zone's clocks show a day or a later one."""
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while minute.astimezone(ZoneInfo(zone)).date() < day:
        minute += timedelta(minutes=1)
    return minute


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_a_day_begins_when_clocks_show_it_and_ends_when_they_show_the_next(
    zone: str, day: str, hours: float
) -> None:
    begin = first_moment(date.fromisoformat(day), zone)
    end = first_moment(date.fromisoformat(day) + timedelta(days=1), zone)
    assert end - begin == timedelta(hours=hours)
    moment = timedelta(microseconds=1)
    assert datetime.fromisoformat(times.due_start(day, zone)) == begin
    assert datetime.fromisoformat(times.due_end(day, zone)) == end - moment


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_have_ends_too(zone: str, day: str) -> None:
    assert times.FIRST <= times.due_start(day, zone) < times.due_end(day, zone) <= times.LAST


def test_an_instant_is_the_same_in_every_zone() -> None:
    for end in (times.due_end, times.due_start):
        assert end("2026-11-27T09:00:00+01:00", "Asia/Tokyo") == "2026-11-27T08:00:00.000000Z"


def test_a_zone_that_this_machine_does_not_know_counts_as_utc() -> None:
    assert times.due_end("2026-11-27", "Moon/Tranquility") == "2026-11-27T23:59:59.999999Z"


def test_no_time_zones_of_the_machine_are_needed() -> None:
    code = (
        "from todo_api import times;"
        "print(times.is_time_zone('Asia/Tokyo'), times.due_start('2026-11-27', 'Asia/Tokyo'))"
    )
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, check=True, capture_output=True, env={"PYTHONTZPATH": ""})
    assert told.stdout.decode().split() == ["True", "2026-11-26T15:00:00.000000Z"]


DUES = ("2026-11-26", "2026-11-27", "2026-11-26T18:00:00Z", "2026-11-27T18:00:00Z", None)


def new_list(database: Database, user: UserRow, zone: str) -> int:
    """Return a list in a time zone."""
    with database.transaction() as db:
        return add_list(db, user, name="More", time_zone=zone, most=100).id


def listed(
    database: Database, user: UserRow, *list_ids: int, **filters: object
) -> list[str | None]:
    """Return when the tasks of some lists are due that pass filters, sorted by that."""
    with database.snapshot() as db:
        states = select_states(db, user.id, list_ids)
        page = select_page(db, *states, filters=filters, sort="due", limit=100)
    return [task.due for task in page.tasks]


def keys(database: Database, list_id: int) -> dict[str, str]:
    """Return by their days when those of a list's tasks end."""
    with database.snapshot() as db:
        found = db.all(select(tasks.c.due, tasks.c.due_key).where(tasks.c.list_id == list_id))
    return {due: key for due, key in found if due and times.is_day(due)}


# Tokyo's day ends at 15 o'clock in UTC, that of Los Angeles at 8 o'clock of the next day.
IN_ORDER = {
    "UTC": [DUES[2], DUES[0], DUES[3], DUES[1]],
    "Asia/Tokyo": [DUES[0], DUES[2], DUES[1], DUES[3]],
    "America/Los_Angeles": [DUES[2], DUES[0], DUES[3], DUES[1]],
}


@pytest.mark.parametrize("zone", IN_ORDER)
def test_whatever_puts_a_day_into_a_list_ends_it_there(
    database: Database, miguels_account: UserRow, zone: str
) -> None:
    list_id = new_list(database, miguels_account, zone)
    with database.transaction() as db:
        insert_task(db, list_id, {"title": "created", "due": "2026-11-26"})
        other = insert_task(db, list_id, {"title": "changed", "due": "2020-01-01"})
        update_task(db, list_id, other.id, {"due": "2026-11-27"})
        new = [{"title": "imported", "due": due} for due in ("2026-11-28", DUES[2], None)]
        insert_tasks(db, list_id, prepare_tasks(new))
        gone = insert_task(db, list_id, {"title": "restored", "due": "2026-11-29"})
        delete_task(db, list_id, gone.id, forget_before=KEPT)
        restore_task(db, list_id, gone.id, before=times.FIRST)
    days = [f"2026-11-{day}" for day in (26, 27, 28, 29)]
    assert keys(database, list_id) == {day: times.due_end(day, zone) for day in days}


@pytest.mark.parametrize("zone", IN_ORDER)
def test_days_are_sorted_among_instants_by_their_ends(
    database: Database, miguels_account: UserRow, zone: str
) -> None:
    list_id = new_list(database, miguels_account, zone)
    with database.transaction() as db:
        for due in DUES:
            insert_task(db, list_id, {"title": "Read", "due": due})
    assert listed(database, miguels_account, list_id) == [*IN_ORDER[zone], None]


def test_a_day_means_the_day_of_each_list(
    database: Database, miguels_account: UserRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokyo, berlin, angeles = (
        new_list(database, miguels_account, zone)
        for zone in ("Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles")
    )
    lists = (tokyo, berlin, angeles)
    hour = "2026-11-27T{}:00:00Z".format
    with database.transaction() as db:
        for list_id in lists:
            for due in ("2026-11-26", "2026-11-27", hour("07"), hour("16")):
                insert_task(db, list_id, {"title": "Read", "due": due})
    for list_id, before, after in (
        # It is the 27th in Tokyo at 7 but no longer at 16; in Los Angeles not yet at 7.
        (tokyo, ["2026-11-26"], [hour("16")]),
        (berlin, ["2026-11-26"], []),
        (angeles, ["2026-11-26", hour("07")], []),
    ):
        found = sorted(map(str, listed(database, miguels_account, list_id, due_before=DUES[1])))
        assert found == before
        assert listed(database, miguels_account, list_id, due_after=DUES[1]) == after
    together = listed(database, miguels_account, *lists, due_before=DUES[1])
    assert sorted(map(str, together)) == ["2026-11-26"] * 3 + [hour("07")]
    assert listed(database, miguels_account, *lists, due_after=DUES[1]) == [hour("16")]
    monkeypatch.setattr(times, "now", lambda: "2026-11-27T15:30:00.000000Z")
    for list_id, number in ((tokyo, 3), (berlin, 2), (angeles, 2)):
        assert len(listed(database, miguels_account, list_id, overdue=True)) == number
        assert len(listed(database, miguels_account, list_id, overdue=False)) == 4 - number


def test_days_move_with_the_time_zone_of_their_list(
    database: Database, miguels_account: UserRow
) -> None:
    list_id, other = (new_list(database, miguels_account, "UTC") for _ in range(2))
    with database.transaction() as db:
        for due in (*DUES, *DUES):
            insert_task(db, list_id, {"title": "Read", "due": due})
        insert_task(db, other, {"title": "Read", "due": DUES[0]})
        before = select_page(db, state_of(db, list_id), limit=100).tasks
        version = state_of(db, list_id).version
    for zone in ("Asia/Tokyo", "America/Los_Angeles", "Australia/Lord_Howe", "UTC"):
        with database.transaction() as db:
            update_list(db, miguels_account.id, list_id, {"time_zone": zone})
        expected = {str(day): times.due_end(str(day), zone) for day in DUES[:2]}
        assert keys(database, list_id) == expected
        assert keys(database, other) == {str(DUES[0]): times.due_end(str(DUES[0]))}
        with database.snapshot() as db:
            assert select_page(db, state_of(db, list_id), limit=100).tasks == before
            version += 1
            assert state_of(db, list_id).version == version


def test_the_migration_moves_days_that_ended_in_utc(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.prepare()
    with database.migration() as (connection, db):
        upgrade(connection, "0014")
        db.execute(users.insert().values(username="miguel", password_hash="x", list_id=0))
        for list_id, zone in ((1, "UTC"), (2, "Asia/Tokyo"), (3, "Europe/Berlin")):
            values = {"owner_id": 1, "time_zone": zone, "last_task_id": 0, "last_version": 0}
            db.execute(lists.insert().values(id=list_id, **values))
            for number, due in enumerate(DUES):
                row = {"id": list_id * 10 + number, "version": number, "title": "Read"}
                texts = dict.fromkeys(("description", "title_key", "words"), "")
                moments = dict.fromkeys(("created_at", "updated_at"), times.FIRST)
                row |= {"done": False, "priority": 0, "labels": [], **texts, **moments}
                row |= {"due": due, "due_key": due and times.due_end(due)}
                db.execute(tasks.insert().values(list_id=list_id, **row))
    migrate(database)
    for list_id, zone in ((1, "UTC"), (2, "Asia/Tokyo"), (3, "Europe/Berlin")):
        expected = {str(day): times.due_end(str(day), zone) for day in DUES[:2]}
        assert keys(database, list_id) == expected
    database.close()
