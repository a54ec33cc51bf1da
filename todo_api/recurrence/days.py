"""The days of a rule, counted from one of them.

A period is a day, a week, a month or a year, as the rule has it. The search ends after so many
periods, each as many further as the interval says: what does not come until then never comes. So a
rule that has no days at all costs no more than a few thousandths of a second.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import MAXYEAR, date, timedelta

from todo_api.recurrence.rules import DAILY, MONTHLY, WEEKLY, YEARLY, Rule

MOST_PERIODS = {DAILY: 2500, WEEKLY: 500, MONTHLY: 120, YEARLY: 12}
"""Eight years and more, for the sake of 29 February."""
_WEEK = 7
_MONTHS = 12
_DAY = timedelta(days=1)
Days = Iterator[date]


def next_day(rule: Rule, start: date, after: date) -> date | None:
    """Return the first day of a rule, counted from `start`, that is later than `after`.

    `after` is not earlier than `start`. Where there is no such day, or none soon enough, None.
    """
    periods = _PERIODS[rule.frequency](rule, start, after)
    try:
        for _, days in zip(range(MOST_PERIODS[rule.frequency]), periods, strict=False):
            for day in days:
                if day > after:
                    return day
    except OverflowError:  # behind the year 9999
        return None
    return None


def _daily(rule: Rule, start: date, after: date) -> Iterator[Days]:
    step = timedelta(days=rule.interval)
    day = start + (after - start) // step * step
    while True:
        is_one = _has_month(rule, day) and _has_month_day(rule, day) and _has_weekday(rule, day)
        yield iter([day] if is_one else [])
        day += step


def _weekly(rule: Rule, start: date, after: date) -> Iterator[Days]:
    weekdays = sorted(day for _, day in rule.days) or [start.weekday()]
    step = timedelta(days=_WEEK * rule.interval)
    monday = start - timedelta(days=start.weekday())
    monday += (after - monday) // step * step
    while True:
        days = (monday + timedelta(days=weekday) for weekday in weekdays)
        yield (day for day in days if _has_month(rule, day))
        monday += step


def _monthly(rule: Rule, start: date, after: date) -> Iterator[Days]:
    if not rule.month_days and not rule.days:
        rule = rule._replace(month_days=(start.day,))
    month = _month_number(start)
    month += (_month_number(after) - month) // rule.interval * rule.interval
    while month < _MONTHS * MAXYEAR:
        first = date(month // _MONTHS + 1, month % _MONTHS + 1, 1)
        yield _within(rule, first, _last_of_month(first)) if _has_month(rule, first) else iter([])
        month += rule.interval


def _yearly(rule: Rule, start: date, after: date) -> Iterator[Days]:
    if not rule.month_days and not rule.days:
        months = rule.months or (start.month,)
        rule = rule._replace(months=months, month_days=(start.day,))
    year = start.year + (after.year - start.year) // rule.interval * rule.interval
    while year <= MAXYEAR:
        if rule.months:
            firsts = [date(year, month, 1) for month in rule.months]
            yield (day for first in firsts for day in _within(rule, first, _last_of_month(first)))
        else:
            yield _within(rule, date(year, 1, 1), date(year, 12, 31))
        year += rule.interval


_PERIODS: Mapping[str, Callable[[Rule, date, date], Iterator[Days]]] = {
    DAILY: _daily,
    WEEKLY: _weekly,
    MONTHLY: _monthly,
    YEARLY: _yearly,
}


def _within(rule: Rule, first: date, last: date) -> Days:
    """Yield the days of a rule from one day to another, among which weekdays are counted."""
    begin, end = first.toordinal(), last.toordinal()
    wanted = {*rule.days}
    for ordinal in range(begin, end + 1):
        weekday = (ordinal - 1) % _WEEK
        if wanted and wanted.isdisjoint(
            (
                (0, weekday),
                ((ordinal - begin) // _WEEK + 1, weekday),
                (-((end - ordinal) // _WEEK + 1), weekday),
            )
        ):
            continue
        day = date.fromordinal(ordinal)
        if _has_month_day(rule, day):
            yield day


def _has_month(rule: Rule, day: date) -> bool:
    return not rule.months or day.month in rule.months


def _has_month_day(rule: Rule, day: date) -> bool:
    if not rule.month_days:
        return True
    return day.day in rule.month_days or (
        rule.month_days[-1] < 0 and day.day - _last_of_month(day).day - 1 in rule.month_days
    )


def _has_weekday(rule: Rule, day: date) -> bool:
    return not rule.days or (0, day.weekday()) in rule.days


def _month_number(day: date) -> int:
    return _MONTHS * (day.year - 1) + day.month - 1


def _last_of_month(day: date) -> date:
    if day.month == _MONTHS:
        return day.replace(day=31)
    return date(day.year, day.month + 1, 1) - _DAY
