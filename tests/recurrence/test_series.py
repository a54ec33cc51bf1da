"""Series: when the task that follows is due, by the clocks of its list's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from todo_api.recurrence import follow, read_rule

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]


def following(
    rule: str,
    due: str | None,
    *,
    at: str,
    zone: str = "UTC",
    from_completion: bool = False,
) -> str | None:
    """Return when the task is due that follows one that is done at some time."""
    found = follow(read_rule(rule), due, from_completion=from_completion, done_at=at, zone=zone)
    return found and found.due


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2018, 2026])
def test_what_is_due_at_nine_is_due_at_nine_on_every_day_of_the_year(zone: str, year: int) -> None:
    clocks = ZoneInfo(zone)
    due: str | None = datetime(year, 1, 1, 9, tzinfo=clocks).isoformat()
    for number in range(1, 400):
        assert due is not None
        at = datetime.fromisoformat(due).astimezone(UTC).isoformat()
        due = following("FREQ=DAILY", due, at=at, zone=zone)
        assert due is not None
        day = date(year, 1, 1) + timedelta(days=number)
        expected = datetime(day.year, day.month, day.day, 9, tzinfo=clocks)
        assert datetime.fromisoformat(due).astimezone(clocks) == expected
        assert datetime.fromisoformat(due).utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    ("zone", "due", "dues"),
    [
        # An hour that clocks skip is the one after it for once, and itself again on the next day.
        (
            "Europe/Berlin",
            "2027-03-27T02:30:00+01:00",
            ["2027-03-28T02:30:00+01:00", "2027-03-29T02:30:00+02:00"],
        ),
        (
            "America/Sao_Paulo",
            "2018-11-03T00:15:00-03:00",
            ["2018-11-04T00:15:00-03:00", "2018-11-05T00:15:00-02:00"],
        ),
        # Of an hour that they show twice it is the first.
        (
            "Europe/Berlin",
            "2026-10-24T02:30:00+02:00",
            ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
        ),
        # Whatever offset it was given with, and however it was spelt.
        (
            "Europe/Berlin",
            "2026-10-24t16:00:00.5z",
            ["2026-10-25T18:00:00.500000+01:00", "2026-10-26T18:00:00.500000+01:00"],
        ),
        ("Africa/Abidjan", "2026-10-24T09:00:00+02:00", ["2026-10-25T07:00:00Z"]),
        # Before there was standard time, offsets had seconds.
        ("Europe/Berlin", "1890-01-01T12:00:00Z", ["1890-01-02T12:00:00Z"]),
    ],
)
def test_clocks_that_change_change_no_time_of_day(zone: str, due: str, dues: list[str]) -> None:
    found = []
    for _ in dues:
        at = datetime.fromisoformat(due.upper()).astimezone(UTC).isoformat()
        due = following("FREQ=DAILY", due, at=at, zone=zone) or ""
        found.append(due)
    assert found == dues


@pytest.mark.parametrize(
    ("rule", "due", "at", "expected"),
    [
        # Done in time, before its time, and on its day.
        ("FREQ=DAILY", "2026-11-27", "2026-11-27T12:00:00Z", "2026-11-28"),
        ("FREQ=DAILY", "2026-11-29", "2026-11-27T12:00:00Z", "2026-11-30"),
        # What has been missed is left out; today can still be done.
        ("FREQ=DAILY", "2026-11-20", "2026-11-27T12:00:00Z", "2026-11-27"),
        ("FREQ=WEEKLY", "2026-11-06", "2026-11-27T12:00:00Z", "2026-11-27"),
        ("FREQ=WEEKLY", "2026-11-05", "2026-11-27T12:00:00Z", "2026-12-03"),
        ("FREQ=WEEKLY;INTERVAL=2", "2026-11-05", "2026-11-27T12:00:00Z", "2026-12-03"),
        ("FREQ=WEEKLY;INTERVAL=2", "2026-10-29", "2026-11-27T12:00:00Z", "2026-12-10"),
        ("FREQ=DAILY", "2026-11-20T09:00:00Z", "2026-11-27T08:00:00Z", "2026-11-27T09:00:00Z"),
        ("FREQ=DAILY", "2026-11-20T09:00:00Z", "2026-11-27T09:00:00Z", "2026-11-27T09:00:00Z"),
        ("FREQ=DAILY", "2026-11-20T09:00:00Z", "2026-11-27T09:00:01Z", "2026-11-28T09:00:00Z"),
        # Ends of months, and the day that most years do not have.
        ("FREQ=MONTHLY", "2027-01-31", "2027-01-31T12:00:00Z", "2027-03-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-31", "2027-01-31T12:00:00Z", "2027-02-28"),
        ("FREQ=YEARLY", "2028-02-29", "2028-02-29T12:00:00Z", "2032-02-29"),
        ("FREQ=YEARLY", "2096-02-29", "2096-02-29T12:00:00Z", "2104-02-29"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", "2026-11-27T12:00:00Z", "2026-12-25"),
        # The end of a series: the last day, or the last moment.
        ("FREQ=DAILY;UNTIL=20261128", "2026-11-27", "2026-11-27T12:00:00Z", "2026-11-28"),
        ("FREQ=DAILY;UNTIL=20261127", "2026-11-27", "2026-11-27T12:00:00Z", None),
        (
            "FREQ=DAILY;UNTIL=20261128T090000Z",
            *("2026-11-27T09:00:00Z", "2026-11-27T09:00:00Z", "2026-11-28T09:00:00Z"),
        ),
        (
            "FREQ=DAILY;UNTIL=20261128T085959Z",
            *("2026-11-27T09:00:00Z", "2026-11-27T09:00:00Z", None),
        ),
        (
            "FREQ=DAILY;UNTIL=20261128",
            "2026-11-27T09:00:00Z",
            "2026-11-27T09:00:00Z",
            "2026-11-28T09:00:00Z",
        ),
        ("FREQ=DAILY;UNTIL=20261128T000000Z", "2026-11-27", "2026-11-27T12:00:00Z", "2026-11-28"),
        ("FREQ=DAILY;COUNT=1", "2026-11-27", "2026-11-27T12:00:00Z", None),
        ("FREQ=DAILY;COUNT=2", "2026-11-27", "2026-11-27T12:00:00Z", "2026-11-28"),
        # The ends of time.
        ("FREQ=DAILY", "9999-12-31", "2026-11-27T12:00:00Z", None),
        ("FREQ=DAILY", "9999-12-31T23:59:59-23:00", "2026-11-27T12:00:00Z", None),
        ("FREQ=DAILY", "0001-01-01T00:00:00+23:00", "2026-11-27T12:00:00Z", None),
        # Without a due time, the day counts on which it was done.
        ("FREQ=DAILY;INTERVAL=3", None, "2026-11-27T12:00:00Z", "2026-11-30"),
    ],
)
def test_the_next_time_is_the_first_one_that_has_not_passed(
    rule: str, due: str | None, at: str, expected: str | None
) -> None:
    assert following(rule, due, at=at) == expected


@pytest.mark.parametrize(
    ("rule", "due", "zone", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2026-11-20", "UTC", "2026-11-30"),
        ("FREQ=DAILY;INTERVAL=3", "2026-12-24", "UTC", "2026-11-30"),
        ("FREQ=DAILY;INTERVAL=3", "2026-11-20T09:00:00Z", "UTC", "2026-11-30T09:00:00Z"),
        ("FREQ=WEEKLY;BYDAY=FR", "2026-11-20", "UTC", "2026-12-04"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-01", "UTC", "2026-12-01"),
        # It is the 28th in Tokyo already.
        ("FREQ=DAILY;INTERVAL=3", "2026-11-20", "Asia/Tokyo", "2026-12-01"),
        ("FREQ=DAILY", "2026-11-20T00:00:00Z", "Asia/Tokyo", "2026-11-29T09:00:00+09:00"),
    ],
)
def test_days_can_be_counted_from_the_one_on_which_the_task_was_done(
    rule: str, due: str, zone: str, expected: str
) -> None:
    at = "2026-11-27T16:00:00Z"
    assert following(rule, due, at=at, zone=zone, from_completion=True) == expected


def test_a_count_is_of_tasks_however_many_days_were_missed() -> None:
    due, rule = "2026-01-01", "FREQ=DAILY;COUNT=3"
    rules = []
    while found := follow(
        read_rule(rule), due, from_completion=False, done_at="2026-11-27T12:00:00Z", zone="UTC"
    ):
        due, rule = found
        rules.append((due, rule))
    assert rules == [("2026-11-27", "FREQ=DAILY;COUNT=2"), ("2026-11-28", "FREQ=DAILY;COUNT=1")]
