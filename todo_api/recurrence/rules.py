"""Rules of recurrence (RFC 5545, 3.3.10): those whose next day is found at a cost that is known."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
MOST = 999
"""Of an interval, and of a count."""
LONGEST = 200
"""Characters of a rule."""
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MOST_IN_MONTH, _MOST_IN_YEAR = 5, 53
_PARTS = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"))
_NUMBER = re.compile("[1-9][0-9]{0,2}", re.ASCII)
_MONTH = re.compile("0?([1-9]|1[0-2])", re.ASCII)
_MONTH_DAY = re.compile(r"\+?(-?)0?([1-9]|[12][0-9]|3[01])", re.ASCII)
_DAY = re.compile(rf"\+?(-?[0-9]{{1,2}})?({'|'.join(WEEKDAYS)})", re.ASCII)
_UNTIL = re.compile("([0-9]{8})(T[0-9]{6}Z)?", re.ASCII)


class RuleError(ValueError):
    """A rule that is none of those that tasks can have. The message says what is wanted."""


class Rule(NamedTuple):
    """A rule; what it does not say is empty."""

    frequency: str
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    """Those below 0 are counted from the end of the month."""
    days: tuple[tuple[int, int], ...] = ()
    """Days of the week, each behind which one of the month or the year is meant; 0 is each."""
    left: int | None = None
    """How many tasks are still to come, this one included."""
    until: str | None = None

    def __str__(self) -> str:
        """Return the rule as it is written, the same for the same rule."""
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "BYMONTH": ",".join(map(str, self.months)),
            "BYMONTHDAY": ",".join(map(str, self.month_days)),
            "BYDAY": ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in self.days),
            "COUNT": "" if self.left is None else str(self.left),
            "UNTIL": self.until or "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    @property
    def searches_long(self) -> bool:
        """Whether it may take more than a moment to find its next day."""
        limits = (self.months, self.month_days, self.days)
        return sum(map(bool, limits)) > (self.frequency != DAILY)


@lru_cache(maxsize=1024)
def read_rule(text: str) -> Rule:
    """Return a rule, whatever the order of its parts and the case of its letters.

    Raises `RuleError`.
    """
    if len(text) > LONGEST:
        raise RuleError(f"A rule has at most {LONGEST} characters.")
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    frequency = parts.get("FREQ", "")
    if frequency not in {DAILY, WEEKLY, MONTHLY, YEARLY}:
        raise RuleError("Begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    rule = Rule(
        frequency,
        _number(parts, "INTERVAL") or 1,
        tuple(sorted({_month(one) for one in _items(parts, "BYMONTH")})),
        tuple(sorted({_month_day(one) for one in _items(parts, "BYMONTHDAY")}, key=_from_first)),
        tuple(sorted({_day(one) for one in _items(parts, "BYDAY")}, key=_from_first_of)),
        _number(parts, "COUNT"),
        _until(parts.get("UNTIL")),
    )
    _check(rule)
    if parts.get("WKST", "MO") != "MO" and frequency == WEEKLY and rule.interval > 1:
        raise RuleError("Weeks begin on Monday: leave out WKST.")
    return rule


def _parts(text: str) -> Mapping[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            wanted = "FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, and COUNT or UNTIL"
            raise RuleError(f"A rule has the parts {wanted}, each as NAME=VALUE.")
        if name in parts:
            raise RuleError(f"{name} may stand once.")
        parts[name] = value
    return parts


def _items(parts: Mapping[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _number(parts: Mapping[str, str], name: str) -> int | None:
    if name not in parts:
        return None
    if not _NUMBER.fullmatch(parts[name]):
        raise RuleError(f"{name} is a number from 1 to {MOST}.")
    return int(parts[name])


def _month(text: str) -> int:
    if not (written := _MONTH.fullmatch(text)):
        raise RuleError("BYMONTH has months from 1 to 12, with commas between them.")
    return int(written[1])


def _month_day(text: str) -> int:
    if not (written := _MONTH_DAY.fullmatch(text)):
        raise RuleError("BYMONTHDAY has days from 1 to 31, or from -31 to -1 from the end.")
    return int(written[1] + written[2])


def _day(text: str) -> tuple[int, int]:
    written = _DAY.fullmatch(text)
    if written is None or written[1] in {"0", "00", "-0", "-00"}:
        raise RuleError("BYDAY has days such as MO,TU, or such as 1MO or -1FR for one of a month.")
    return int(written[1] or 0), WEEKDAYS.index(written[2])


def _until(text: str | None) -> str | None:
    if text is None:
        return None
    written = _UNTIL.fullmatch(text)
    try:
        datetime.fromisoformat(written[0] if written else "")
    except ValueError:
        wanted = "a day, as 20261231, or a time in UTC, as 20261231T225959Z"
        raise RuleError(f"UNTIL is {wanted}.") from None
    return text


def _from_first(day: int) -> tuple[bool, int]:
    """Return by what days are sorted, those from the end last."""
    return day < 0, day


def _from_first_of(day: tuple[int, int]) -> tuple[bool, int, int]:
    nth, weekday = day
    return nth < 0, nth, weekday


def _check(rule: Rule) -> None:
    """Refuse what contradicts itself. Raises `RuleError`."""
    if rule.left and rule.until:
        raise RuleError("COUNT and UNTIL exclude each other.")
    if rule.month_days and rule.frequency == WEEKLY:
        raise RuleError("BYMONTHDAY does not go with FREQ=WEEKLY.")
    furthest = max((abs(nth) for nth, _ in rule.days), default=0)
    if furthest and rule.frequency in {DAILY, WEEKLY}:
        raise RuleError("A number before a day, as in 1MO, goes with FREQ=MONTHLY or YEARLY.")
    in_month = rule.frequency == MONTHLY or rule.months
    if furthest > (_MOST_IN_MONTH if in_month else _MOST_IN_YEAR):
        raise RuleError("There are at most 5 of a weekday in a month, and 53 in a year.")
    if rule.months and rule.month_days:
        longest = max(_LONGEST_MONTHS[month - 1] for month in rule.months)
        if min(map(abs, rule.month_days)) > longest:
            raise RuleError("None of these months ever has such a day.")
