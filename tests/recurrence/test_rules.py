"""Rules: what can be read, and how it is written."""

import pytest

from todo_api.recurrence import RuleError, read_rule

SAME = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=DAILY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR;COUNT=10",
    "FREQ=DAILY;BYMONTHDAY=1,15,-1",
    "FREQ=WEEKLY;INTERVAL=999;BYDAY=MO,SU;UNTIL=20261231",
    "FREQ=MONTHLY;BYDAY=1MO,-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=1",
    "FREQ=MONTHLY;BYMONTHDAY=31,-31;COUNT=999",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20401231T225959Z",
    "FREQ=YEARLY;BYDAY=20MO,53TU,-53SU",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
]


@pytest.mark.parametrize("text", SAME)
def test_a_rule_is_written_as_it_was_read(text: str) -> None:
    assert str(read_rule(text)) == text


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("freq=daily", "FREQ=DAILY"),
        ("RRULE:FREQ=DAILY;INTERVAL=1", "FREQ=DAILY"),
        ("BYDAY=FR,MO,FR;FREQ=WEEKLY;WKST=MO", "FREQ=WEEKLY;BYDAY=MO,FR"),
        ("FREQ=WEEKLY;WKST=SU", "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=-1FR,+2TU,01MO", "FREQ=MONTHLY;BYDAY=1MO,2TU,-1FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,05,+3", "FREQ=MONTHLY;BYMONTHDAY=3,5,-1"),
        ("FREQ=YEARLY;COUNT=2;BYMONTH=03,1", "FREQ=YEARLY;BYMONTH=1,3;COUNT=2"),
    ],
)
def test_order_case_and_repetitions_do_not_matter(given: str, written: str) -> None:
    assert str(read_rule(given)) == written


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "A rule has the parts"),
        ("DAILY", "A rule has the parts"),
        ("INTERVAL=2", "Begin with FREQ="),
        ("FREQ=HOURLY", "Begin with FREQ="),
        ("FREQ=DAILY;", "A rule has the parts"),
        ("FREQ=DAILY;BYHOUR=9", "A rule has the parts"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "A rule has the parts"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ may stand once."),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a number from 1 to 999."),
        ("FREQ=DAILY;INTERVAL=1000", "INTERVAL is a number"),
        ("FREQ=DAILY;INTERVAL=٢", "INTERVAL is a number"),
        ("FREQ=DAILY;COUNT=0", "COUNT is a number"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "COUNT and UNTIL exclude each other."),
        ("FREQ=DAILY;UNTIL=20260229", "UNTIL is a day"),
        ("FREQ=DAILY;UNTIL=20261231T230000", "UNTIL is a day"),
        ("FREQ=DAILY;UNTIL=20261231T240000Z", "UNTIL is a day"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH has months"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY has days"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY has days"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY has days"),
        ("FREQ=WEEKLY;BYDAY=MONDAY", "BYDAY has days"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY has days"),
        ("FREQ=WEEKLY;BYDAY=1MO", "A number before a day"),
        ("FREQ=DAILY;BYDAY=-1MO", "A number before a day"),
        ("FREQ=MONTHLY;BYDAY=6MO", "There are at most 5"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", "There are at most 5"),
        ("FREQ=YEARLY;BYDAY=54MO", "There are at most 5"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "Weeks begin on Monday"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "None of these months"),
        ("FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31,-31", "None of these months"),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 100), "A rule has at most 200 characters."),
    ],
)
def test_what_is_no_rule_here_is_refused_with_what_is_wanted(text: str, wanted: str) -> None:
    with pytest.raises(RuleError) as refusal:
        read_rule(text)
    assert str(refusal.value).startswith(wanted)
