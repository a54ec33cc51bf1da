"""The days of rules, beside those that a test of each single day finds."""

import calendar
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from todo_api.recurrence import RuleError, read_rule
from todo_api.recurrence.days import next_day

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
DAY = timedelta(days=1)


def parts_of(rule: str) -> dict[str, list[str]]:
    """Take a rule apart."""
    parts = (part.partition("=") for part in rule.split(";"))
    return {name: value.split(",") for name, _, value in parts}


def is_day_of(rule: str, start: date, day: date) -> bool:
    """Tell whether a day is one of a rule's, as RFC 5545 explains each part."""
    parts = parts_of(rule)
    [frequency], [interval] = parts["FREQ"], parts.get("INTERVAL", ["1"])
    periods = {
        "DAILY": (day - start).days,
        "WEEKLY": ((day - DAY * day.weekday()) - (start - DAY * start.weekday())).days // 7,
        "MONTHLY": 12 * (day.year - start.year) + day.month - start.month,
        "YEARLY": day.year - start.year,
    }
    if periods[frequency] % int(interval):
        return False
    if frequency == "WEEKLY":
        parts.setdefault("BYDAY", [WEEKDAYS[start.weekday()]])
    if frequency in {"MONTHLY", "YEARLY"} and not {"BYDAY", "BYMONTHDAY"} & {*parts}:
        parts["BYMONTHDAY"] = [str(start.day)]
        if frequency == "YEARLY":
            parts.setdefault("BYMONTH", [str(start.month)])
    length = calendar.monthrange(day.year, day.month)[1]
    in_month = frequency == "MONTHLY" or "BYMONTH" in parts
    number = day.day if in_month else day.timetuple().tm_yday
    whole = length if in_month else 365 + calendar.isleap(day.year)
    weekday = WEEKDAYS[day.weekday()]
    named = {weekday, f"{(number - 1) // 7 + 1}{weekday}", f"-{(whole - number) // 7 + 1}{weekday}"}
    return (
        str(day.month) in parts.get("BYMONTH", [str(day.month)])
        and bool(
            {str(day.day), str(day.day - length - 1)} & {*parts.get("BYMONTHDAY", [str(day.day)])}
        )
        and bool(named & {*parts.get("BYDAY", [weekday])})
    )


def days_of(rule: str, start: date, years: int) -> Iterator[date]:
    """Yield the days of a rule that are later than the one that it begins on."""
    return (
        day
        for day in (start + DAY * number for number in range(1, 366 * years))
        if is_day_of(rule, start, day)
    )


def series(rule: str, start: date, most: int = 10) -> list[date]:
    """Return the first days of a rule behind one, each counted from the one before it."""
    days: list[date | None] = []
    day: date | None = start
    while day is not None and len(days) < most:
        day = next_day(read_rule(rule), start, day)
        days.append(day)
    return [day for day in days if day is not None]


def some(values: list[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """Make lists of some of these."""
    return st.lists(st.sampled_from(values), unique=True, max_size=most)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Make rules of every kind."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    nths = {"MONTHLY": ["", *range(1, 6), *range(-5, 0)]}
    nths["YEARLY"] = ["", 1, 2, 5, 20, 52, 53, -1, -2, -5, -52, -53]
    weekdays = [f"{nth}{day}" for nth in nths.get(frequency, [""]) for day in WEEKDAYS]
    parts: dict[str, list[Any]] = {
        "FREQ": [frequency],
        "INTERVAL": [draw(st.sampled_from([1, 1, 2, 3, 7, 12, 13]))],
        "BYMONTH": draw(some([*range(1, 13)], 3)),
        "BYMONTHDAY": draw(some([*range(1, 32), *range(-31, 0)], 4)),
        "BYDAY": draw(some(weekdays, 4)),
    }
    return ";".join(f"{name}={','.join(map(str, of))}" for name, of in parts.items() if of)


@given(rules(), st.dates(date(1990, 1, 1), date(2099, 12, 31)))
@example("FREQ=MONTHLY", date(2027, 1, 31))
@example("FREQ=YEARLY", date(2096, 2, 29))
@example("FREQ=MONTHLY;BYMONTHDAY=-1", date(2027, 1, 31))
@example("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2096, 2, 29))
@example("FREQ=YEARLY;BYDAY=53MO", date(2026, 11, 27))
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", date(2026, 11, 25))
@settings(deadline=None, max_examples=200)
def test_the_days_are_those_that_the_rule_has(rule: str, start: date) -> None:
    try:
        read_rule(rule)
    except RuleError:
        assume(False)  # noqa: FBT003 - its only parameter
    # Within as many years as are looked through in any case.
    expected = list(islice(days_of(rule, start, 6), 10))
    assert series(rule, start, len(expected)) == expected


DATEUTILS = [
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1,-2",
    "FREQ=MONTHLY;BYDAY=1MO,-1FR",
    "FREQ=MONTHLY;INTERVAL=5;BYDAY=2TU",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY;BYDAY=20MO,-1SU",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
]


@pytest.mark.parametrize("rule", DATEUTILS)
@pytest.mark.parametrize("start", [date(2026, 11, 27), date(2027, 1, 31), date(2028, 2, 29)])
def test_dateutil_counts_the_same_days_for_decades(rule: str, start: date) -> None:
    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - as dateutil has days
    days = (moment.date() for moment in rrulestr(rule, dtstart=begin))
    expected = list(islice((day for day in days if day > start), 40))
    most = sum(day < date(2090, 1, 1) for day in expected)
    assert series(rule, start, most) == expected[:most]


@pytest.mark.parametrize(
    ("rule", "start", "after", "day"),
    [
        # However long ago it began, a rule keeps its step.
        ("FREQ=DAILY;INTERVAL=3", "2000-01-01", "2026-11-27", "2026-11-28"),
        ("FREQ=WEEKLY;INTERVAL=4", "0001-01-01", "2026-11-27", "2026-12-07"),
        ("FREQ=MONTHLY;INTERVAL=5", "2000-01-31", "2026-11-27", "2027-07-31"),
        ("FREQ=YEARLY;INTERVAL=7", "2000-11-01", "2026-11-27", "2028-11-01"),
        ("FREQ=DAILY", "0001-01-01", "9999-12-30", "9999-12-31"),
        ("FREQ=DAILY", "0001-01-01", "9999-12-31", None),
        ("FREQ=MONTHLY", "0001-01-01", "9999-12-31", None),
        ("FREQ=YEARLY;INTERVAL=999", "0001-01-01", "9998-12-31", None),
        # What never comes, or not for very long.
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-11-27", "2026-11-27", None),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-11-27", "2026-11-27", None),
        ("FREQ=MONTHLY;BYMONTHDAY=20;BYDAY=1MO", "2026-11-27", "2026-11-27", None),
    ],
)
def test_a_day_is_found_from_any_day_on(rule: str, start: str, after: str, day: str | None) -> None:
    found = next_day(read_rule(rule), date.fromisoformat(start), date.fromisoformat(after))
    assert (found and found.isoformat()) == day


MONTH_DAYS = ",".join(map(str, range(1, 29)))
WORST = [
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO;BYMONTHDAY=-31,-30,-29,-28,-27,-26,-25,-24,-23,-22,-21",
    "FREQ=DAILY;INTERVAL=364;BYDAY=MO;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12",
    "FREQ=WEEKLY;INTERVAL=104;BYMONTH=7;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    f"FREQ=MONTHLY;BYDAY=5MO,5TU,5WE,5TH,5FR,5SA,5SU;BYMONTHDAY={MONTH_DAYS}",
    f"FREQ=YEARLY;BYDAY=53MO,53TU,53WE,53TH;BYMONTHDAY={MONTH_DAYS}",
    "FREQ=YEARLY;BYDAY=1MO,1TU,1WE,1TH,1FR;BYMONTHDAY=-1;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
]


@pytest.mark.parametrize("text", WORST)
def test_no_rule_takes_longer_than_some_thousandths_of_a_second(text: str) -> None:
    rule, start = read_rule(text), date(2027, 11, 27)
    durations = []
    for _ in range(5):
        begun = time.process_time()
        next_day(rule, start, start)
        durations.append(time.process_time() - begun)
    assert min(durations) < 0.005
    assert rule.searches_long
