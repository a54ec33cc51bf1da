"""Time zones in calendars (RFC 5545, 3.6.5): what their clocks show, for as long as anybody plans.

Rules of recurrence need them: a time of day is another one in UTC when clocks have been changed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from todo_api import times

YEARS = 10
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Onset(NamedTuple):
    """When clocks begin to show something else."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=64)
def lines_of(zone: str, year: int) -> tuple[str, ...]:
    """Return the content lines of a time zone from a year on."""
    clocks = times.zone_of(zone)
    begin = datetime(year, 1, 1, tzinfo=UTC)
    return (
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        *(line for onset in _onsets(clocks, begin) for line in _observance(onset)),
        "END:VTIMEZONE",
    )


def _onsets(clocks: tzinfo, begin: datetime) -> Iterator[Onset]:
    """Yield what clocks show at some time, and each change of that in the years behind it."""
    yield _onset(begin, _offset(begin, clocks), clocks)
    noon = begin
    while noon < begin + YEARS * 366 * _DAY:
        before, after = _offset(noon, clocks), _offset(noon + _DAY, clocks)
        if before != after:
            yield _onset(_change(noon, clocks), before, clocks)
        noon += _DAY


def _change(begin: datetime, clocks: tzinfo) -> datetime:
    """Return the second within a day at which the offset changes."""
    before, end = _offset(begin, clocks), begin + _DAY
    while end - begin > _SECOND:
        middle = begin + (end - begin) // _SECOND // 2 * _SECOND
        if _offset(middle, clocks) == before:
            begin = middle
        else:
            end = middle
    return end


def _onset(at: datetime, before: timedelta, clocks: tzinfo) -> Onset:
    local = at.astimezone(clocks)
    return Onset(at, before, _offset(at, clocks), local.tzname() or "", bool(local.dst()))


def _offset(at: datetime, clocks: tzinfo) -> timedelta:
    return at.astimezone(clocks).utcoffset() or timedelta()


def _observance(onset: Onset) -> Iterator[str]:
    kind = "DAYLIGHT" if onset.is_summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{onset.at + onset.before:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_written(onset.before)}"
    yield f"TZOFFSETTO:{_written(onset.after)}"
    yield f"TZNAME:{onset.name}"
    yield f"END:{kind}"


def _written(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"
