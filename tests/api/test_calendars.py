"""iCalendar of other programs, in the shapes that they export: what is kept, and what is named."""

from typing import Any

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from tests.api.test_transfer import CALENDAR, bring, everything, export
from tests.support.contract import DOCUMENT
from todo_api.formats import fitting
from todo_api.storage import search_index
from todo_api.storage.text import words_of

APPLE = """\
BEGIN:VCALENDAR
METHOD:PUBLISH
VERSION:2.0
X-WR-CALNAME:Reminders
PRODID:-//Apple Inc.//macOS 13.4//EN
X-APPLE-CALENDAR-COLOR:#FF2968
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTODO
CREATED:20230601T080000Z
UID:8C6E1F32-7A0C-4B7C-8E3F-0F2A5B1C9D10
SUMMARY:Call the plumber
DESCRIPTION:About the tap\\, and the sink\\nBefore noon
DTSTART;TZID=Europe/Berlin:20230605T170000
DUE;TZID=Europe/Berlin:20230605T170000
PRIORITY:1
SEQUENCE:0
LAST-MODIFIED:20230601T081500Z
X-APPLE-SORT-ORDER:707558400
BEGIN:VALARM
UID:5D7B
ACTION:DISPLAY
TRIGGER;VALUE=DATE-TIME:20230605T150000Z
END:VALARM
END:VTODO
END:VCALENDAR
"""
NEXTCLOUD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Nextcloud Tasks v0.15.0
BEGIN:VTODO
CREATED:20230601T080000
DTSTAMP:20230602T080000
LAST-MODIFIED:20230602T080000
UID:3f2a9a6e-1d4b-4f8e-9b57-6f1e7f2b9c01
SUMMARY:Paint the fence
CATEGORIES:home,garden
PRIORITY:5
PERCENT-COMPLETE:40
STATUS:IN-PROCESS
DUE;VALUE=DATE:20230610
RELATED-TO:aaaa
X-OC-HIDESUBTASKS:1
END:VTODO
END:VCALENDAR
"""
THUNDERBIRD = """\
BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
BEGIN:VTODO
CREATED:20230601T080000Z
LAST-MODIFIED:20230603T090000Z
DTSTAMP:20230603T090000Z
UID:b2a3b1c4-0c47-4c8e-8f0b-64b8bdb8fbb5
SUMMARY:Renew the passport at the office in the middle of the old town behin
 d the church
STATUS:COMPLETED
COMPLETED:20230603T085959Z
PERCENT-COMPLETE:100
CATEGORIES:papers
CATEGORIES:a\\,b
DUE;TZID=/mozilla.org/20070129_1/Europe/Berlin:20230604T120000
LOCATION:Town hall
ATTENDEE;CN="Doe, Jane";PARTSTAT=ACCEPTED:mailto:jane@example.com
END:VTODO
BEGIN:VEVENT
UID:event
SUMMARY:Lunch
DTSTART:20230601T120000Z
END:VEVENT
END:VCALENDAR
"""
TASKS_ORG = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:+//IDN tasks.org//android-130400//EN
BEGIN:VTODO
DTSTAMP:20230601T080000Z
UID:4611686018427387904
CREATED:20230601T080000Z
LAST-MODIFIED:20230601T080000Z
SUMMARY:Take the pills
PRIORITY:9
DUE;TZID=America/Argentina/Buenos_Aires:20230601T210000
RRULE:FREQ=DAILY
BEGIN:VALARM
TRIGGER;RELATED=END:PT0S
ACTION:DISPLAY
END:VALARM
END:VTODO
BEGIN:VTODO
UID:4611686018427387904
RECURRENCE-ID:20230602T210000
SUMMARY:Take the pills
END:VTODO
END:VCALENDAR
"""
EVOLUTION = """\
BEGIN:VCALENDAR
CALSCALE:GREGORIAN
PRODID:-//Ximian//NONSGML Evolution Calendar//EN
VERSION:2.0
BEGIN:VTODO
UID:20230601T080000Z-4242-1000-1-0@host
DTSTAMP:20230601T080000Z
SUMMARY:Write the report
DUE;TZID=/freeassociation.sourceforge.net/America/New_York:20230609T090000
CLASS:PUBLIC
STATUS:CANCELLED
URL:https://example.com/report
END:VTODO
BEGIN:VTODO
UID:20230601T080000Z-4242-1000-1-1@host
DUE;TZID=Custom zone:20230609T090000
END:VTODO
END:VCALENDAR
"""


def imported(client: TestClient, calendar: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Import a calendar; return all tasks, and what was left out."""
    answer = bring(client, calendar.replace("\n", "\r\n"), CALENDAR)
    assert answer.status_code == 200, answer.text
    left_out = {one["what"]: one["count"] for one in answer.json().get("left_out", [])}
    return everything(client), left_out


def test_reminders_of_apple(miguel: TestClient) -> None:
    [task], left_out = imported(miguel, APPLE)
    assert task["title"] == "Call the plumber"
    assert task["description"] == "About the tap, and the sink\nBefore noon"
    assert task["due"] == "2023-06-05T17:00:00+02:00"
    assert task["priority"] == 3
    assert task["created_at"] == "2023-06-01T08:00:00.000000Z"
    assert task["updated_at"] == "2023-06-01T08:15:00.000000Z"
    assert left_out == {"alarms": 1, "start times": 1}


def test_tasks_of_nextcloud(miguel: TestClient) -> None:
    [task], left_out = imported(miguel, NEXTCLOUD)
    assert (task["due"], task["priority"], task["done"]) == ("2023-06-10", 2, False)
    assert task["labels"] == ["garden", "home"]
    assert left_out == {"degrees of completion": 1, "parents that the file does not have": 1}


def test_tasks_of_thunderbird(miguel: TestClient) -> None:
    [task], left_out = imported(miguel, THUNDERBIRD)
    assert task["title"].endswith("old town behind the church")
    assert (task["done"], task["completed_at"]) == (True, "2023-06-03T08:59:59.000000Z")
    assert task["labels"] == ["a,b", "papers"]
    assert task["due"] == "2023-06-04T12:00:00+02:00"
    assert left_out == {"attendees": 1, "events": 1, "locations": 1}


def test_tasks_of_tasks_org(miguel: TestClient) -> None:
    [task], left_out = imported(miguel, TASKS_ORG)
    assert (task["due"], task["priority"]) == ("2023-06-01T21:00:00-03:00", 1)
    assert task["repeat"] == {"rule": "FREQ=DAILY", "from": "due"}
    assert left_out == {"alarms": 1, "changed occurrences of recurring tasks": 1}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;WKST=SU;BYDAY=FR,MO", "FREQ=WEEKLY;BYDAY=MO,FR"),
        ("INTERVAL=2;FREQ=MONTHLY;UNTIL=20241231", "FREQ=MONTHLY;INTERVAL=2;UNTIL=20241231"),
        ("FREQ=HOURLY", None),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", None),
        ("FREQ=DAILY;COUNT=1000", None),
        ("every friday", None),
    ],
)
def test_rules_that_tasks_can_have_are_read(
    miguel: TestClient, rule: str, expected: str | None
) -> None:
    [task], left_out = imported(miguel, TASKS_ORG.replace("FREQ=DAILY", rule))
    assert task["repeat"] == (expected and {"rule": expected, "from": "due"})
    assert left_out.get("recurrences", 0) == (expected is None)


@pytest.mark.parametrize(
    ("lines", "due", "lost"),
    [
        (["DTSTART;TZID=Europe/Berlin:20261130T090000"], "2026-11-30T09:00:00+01:00", 0),
        (["DTSTART;VALUE=DATE:20261130"], "2026-11-30", 0),
        (["DTSTART;VALUE=DATE:20261130", "DUE;VALUE=DATE:20261201"], "2026-12-01", 1),
    ],
)
def test_a_task_that_repeats_is_due_when_its_rule_begins(
    miguel: TestClient, lines: list[str], due: str, lost: int
) -> None:
    todo = ("BEGIN:VTODO", "UID:1", "SUMMARY:Water", *lines, "RRULE:FREQ=DAILY", "END:VTODO")
    calendar = "\n".join(("BEGIN:VCALENDAR", *todo, "END:VCALENDAR"))
    [task], left_out = imported(miguel, calendar)
    assert (task["due"], task["repeat"]["rule"]) == (due, "FREQ=DAILY")
    assert left_out.get("start times", 0) == lost
    once = calendar.replace("RRULE", "X-RULE").replace("UID:1", "UID:2")
    (_, task), left_out = imported(miguel, once)
    assert task["due"] == (due if lost else None)
    assert left_out["start times"] == 1


@pytest.mark.parametrize("line", ["and more of it", "see: there", "COLOR:red"])
def test_a_line_that_is_no_known_property_is_named(miguel: TestClient, line: str) -> None:
    assert "\nDESCRIPTION:" in APPLE
    [_], left_out = imported(miguel, APPLE.replace("\nSUMMARY:", f"\n{line}\nSUMMARY:"))
    assert left_out["lines that are no known properties"] == 1


def test_days_that_a_recurrence_leaves_out_are_named(miguel: TestClient) -> None:
    rule = "RRULE:FREQ=DAILY"
    calendar = TASKS_ORG.replace(rule, f"{rule}\nEXDATE;VALUE=DATE:20261201,20261202")
    assert calendar != TASKS_ORG
    [task], left_out = imported(miguel, calendar)
    assert task["repeat"] == {"rule": "FREQ=DAILY", "from": "due"}
    assert left_out["days that are left out of recurrences"] == 1


SERIES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "Europe/Berlin",
        {"due": "2026-11-27", "repeat": {"rule": "FREQ=WEEKLY;BYDAY=FR", "from": "completion"}},
        [
            "DUE;VALUE=DATE:20261127",
            "DTSTART;VALUE=DATE:20261127",
            "RRULE:FREQ=WEEKLY;BYDAY=FR",
            "X-TODO-REPEAT-FROM:COMPLETION",
        ],
    ),
    (
        "UTC",
        {"due": "2026-11-27T09:00:00+01:00", "repeat": {"rule": "FREQ=DAILY", "from": "due"}},
        ["DUE:20261127T080000Z", "DTSTART:20261127T080000Z", "RRULE:FREQ=DAILY"],
    ),
    (
        "America/New_York",
        {
            "due": "2026-11-27T23:00:00-05:00",
            "repeat": {"rule": "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270331", "from": "due"},
        },
        [
            "DUE;TZID=America/New_York:20261127T230000",
            "DTSTART;TZID=America/New_York:20261127T230000",
            "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270401T035959Z",
        ],
    ),
    (
        "Asia/Tokyo",
        {
            "due": "2026-11-27",
            "repeat": {"rule": "FREQ=DAILY;UNTIL=20261231T150000Z", "from": "due"},
        },
        [
            "DUE;VALUE=DATE:20261127",
            "DTSTART;VALUE=DATE:20261127",
            "RRULE:FREQ=DAILY;UNTIL=20270101",
        ],
    ),
    (
        "America/New_York",
        {"due": "0001-01-01T00:00:00Z", "repeat": {"rule": "FREQ=DAILY", "from": "due"}},
        ["DUE:00010101T000000Z", "DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY"],
    ),
    (
        "Asia/Tokyo",
        {"due": "9999-12-31T23:59:59Z", "repeat": {"rule": "FREQ=DAILY", "from": "due"}},
        ["DUE:99991231T235959Z", "DTSTART:99991231T235959Z", "RRULE:FREQ=DAILY"],
    ),
    (
        "Asia/Tokyo",
        {
            "due": "0900-01-02T00:00:00Z",
            "repeat": {"rule": "FREQ=DAILY;UNTIL=09000105", "from": "due"},
        },
        [
            "DUE;TZID=Asia/Tokyo:09000102T091859",
            "DTSTART;TZID=Asia/Tokyo:09000102T091859",
            "RRULE:FREQ=DAILY;UNTIL=09000105T144100Z",
        ],
    ),
    (
        "Asia/Tokyo",
        {
            "due": "2026-11-27",
            "repeat": {"rule": "FREQ=DAILY;UNTIL=99991231T235959Z", "from": "due"},
        },
        [
            "DUE;VALUE=DATE:20261127",
            "DTSTART;VALUE=DATE:20261127",
            "RRULE:FREQ=DAILY;UNTIL=99991231",
        ],
    ),
    (
        "America/New_York",
        {
            "due": "0001-01-01",
            "repeat": {"rule": "FREQ=DAILY;UNTIL=00010101T000000Z", "from": "due"},
        },
        [
            "DUE;VALUE=DATE:00010101",
            "DTSTART;VALUE=DATE:00010101",
            "RRULE:FREQ=DAILY;UNTIL=00010101",
        ],
    ),
    ("UTC", {"due": None, "repeat": {"rule": "FREQ=DAILY", "from": "due"}}, []),
    (
        "UTC",
        {"due": "2026-11-27", "done": True, "repeat": {"rule": "FREQ=DAILY", "from": "due"}},
        ["DUE;VALUE=DATE:20261127"],
    ),
]


@pytest.mark.parametrize(("zone", "task", "lines"), SERIES)
def test_a_task_that_repeats_is_one_by_the_clocks_of_its_list(
    miguel: TestClient, zone: str, task: dict[str, Any], lines: list[str]
) -> None:
    made = miguel.post("/lists", json={"name": "More", "time_zone": zone}).json()["list"]
    for number in range(2):
        body = {"title": f"Water {number}", "list_id": made["id"], **task}
        assert miguel.post("/tasks", json=body).status_code == 201
    exported = miguel.get("/tasks/export?format=ics")
    names = ("DUE", "DTSTART", "RRULE", "X-TODO")
    _, *todos = exported.text.split("BEGIN:VTODO")
    for todo in todos:
        assert [line for line in todo.split("\r\n") if line.startswith(names)] == lines
    at_local_time = any("TZID" in line for line in lines)
    assert exported.text.count(f"TZID:{zone}\r\n") == at_local_time
    calendar = Calendar.from_ical(exported.content)
    assert len(calendar.walk("VTODO")) == 2
    assert len(calendar.walk("VTIMEZONE")) == at_local_time
    into = miguel.post("/lists", json={"name": "Copy", "time_zone": zone}).json()["list"]["id"]
    answer = miguel.post(
        f"/tasks/import?list_id={into}",
        content=exported.content.replace(b"UID:", b"UID:copy-"),
        headers={"Content-Type": "text/calendar"},
    )
    assert answer.json() == {"imported": 2}


def test_tasks_of_evolution(miguel: TestClient) -> None:
    [cancelled, untitled], left_out = imported(miguel, EVOLUTION)
    assert (cancelled["done"], cancelled["due"]) == (True, "2023-06-09T09:00:00-04:00")
    assert (untitled["title"], untitled["due"]) == ("(no title)", "2023-06-09")
    assert left_out == {
        "cancellations (the tasks are done)": 1,
        "times of day without a known time zone (the day is kept)": 1,
        "web addresses": 1,
    }


@pytest.mark.parametrize("calendar", [APPLE, NEXTCLOUD, THUNDERBIRD, TASKS_ORG, EVOLUTION])
def test_the_same_calendar_again_doubles_nothing(miguel: TestClient, calendar: str) -> None:
    tasks, _ = imported(miguel, calendar)
    again, left_out = imported(miguel, calendar)
    assert again == tasks
    assert left_out["tasks that are in the list already"] == len(tasks)


def test_what_is_new_in_a_calendar_is_added(miguel: TestClient) -> None:
    imported(miguel, APPLE)
    both = APPLE.replace("END:VCALENDAR\n", "") + NEXTCLOUD.partition("v0.15.0\n")[2]
    tasks, left_out = imported(miguel, both)
    assert [task["title"] for task in tasks] == ["Call the plumber", "Paint the fence"]
    assert left_out["tasks that are in the list already"] == 1


def test_a_task_that_was_deleted_can_be_imported_again(miguel: TestClient) -> None:
    imported(miguel, APPLE)
    miguel.delete("/tasks/1")
    assert [task["id"] for task in imported(miguel, APPLE)[0]] == [2]


def test_a_calendar_is_known_to_its_user_alone(miguel: TestClient, susan: TestClient) -> None:
    imported(miguel, APPLE)
    assert len(imported(susan, APPLE)[0]) == 1


def test_our_own_calendar_leads_back_to_its_tasks(miguel: TestClient, susan: TestClient) -> None:
    given = [
        {"title": "Rest", "due": "2026-11-30T17:00:00+01:00", "priority": 3, "labels": ["a, b"]},
        {"title": "Work", "description": "a\nb;c", "done": True, "priority": 2},
        {"title": "Play", "due": "2026-11-30", "priority": 1},
    ]
    tasks = [miguel.post("/tasks", json=task).json()["task"] for task in given]
    calendar = export(miguel, CALENDAR).text
    assert bring(miguel, calendar, CALENDAR).json() == {
        "imported": 0,
        "left_out": [{"what": "tasks that are in the list already", "count": 3}],
    }
    assert bring(susan, calendar, CALENDAR).json() == {"imported": 3}
    kept = ("title", "description", "done", "priority", "labels")
    brought = everything(susan)
    for name in kept:
        assert [task[name] for task in brought] == [task[name] for task in tasks]
    assert [task["due"] for task in brought] == ["2026-11-30T16:00:00+00:00", None, "2026-11-30"]
    miguel.delete("/tasks/1")
    assert bring(miguel, calendar, CALENDAR).json()["imported"] == 1


@pytest.mark.parametrize(
    ("calendar", "line", "said"),
    [
        ("", None, ""),
        ("title\nRest\n", 1, "BEGIN:VCALENDAR"),
        ("BEGIN:VTODO\nEND:VTODO\n", 1, "BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\n", 2, "ends within a VTODO"),
        ("BEGIN:VCALENDAR\nEND:VTODO\n", 2, "does not match"),
        (NEXTCLOUD.replace("20230610", "soon"), 14, "20261130"),
        (NEXTCLOUD.replace("SUMMARY:", "SUMMARY;="), 9, "not a property"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 9, 9, "deeper than 8"),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\n" + "X:1\n" * 1001, 2, "over 1,000 lines"),
        ("BEGIN:VCALENDAR\nX:" + "1" * 300_000, 2, "longer than"),
        ("BEGIN:VCALENDAR\nX:" + "\n 1" * 300_000, 2, "longer than"),
    ],
    ids=range(11),
)
def test_a_calendar_that_cannot_be_read_is_explained(
    miguel: TestClient, calendar: str, line: int | None, said: str
) -> None:
    answer = bring(miguel, calendar, CALENDAR)
    if line is None:
        assert answer.json() == {"imported": 0}
        return
    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert fault["line"] == line
    assert said in fault["detail"]
    assert everything(miguel) == []


def of_todos(*todos: str) -> str:
    """Return a calendar of tasks with these lines."""
    each = "".join(f"BEGIN:VTODO\nSUMMARY:Rest\n{lines}\nEND:VTODO\n" for lines in todos)
    return f"BEGIN:VCALENDAR\n{each}END:VCALENDAR\n"


def test_addresses_of_other_programs_are_named(miguel: TestClient) -> None:
    addresses = ("tasks/7/edit", "todo/api/v1.0/tasks/1", "tasks/", "report")
    todos = (f"UID:{address}\nURL:https://example.com/{address}" for address in addresses)
    assert imported(miguel, of_todos(*todos))[1] == {"web addresses": 4}


def test_a_task_is_done_or_its_degree_is_named(miguel: TestClient) -> None:
    done = (
        "PERCENT-COMPLETE:100",
        "PERCENT-COMPLETE: 100",
        "STATUS:COMPLETED\nPERCENT-COMPLETE:40",
    )
    not_begun = ("PERCENT-COMPLETE:0", "PERCENT-COMPLETE:00", "PERCENT-COMPLETE:")
    begun = (
        "PERCENT-COMPLETE:40",
        "STATUS:NEEDS-ACTION\nPERCENT-COMPLETE:100",
        "STATUS:IN-PROCESS",
        "STATUS:IN-PROCESS\nPERCENT-COMPLETE:100",
    )
    tasks, left_out = imported(miguel, of_todos(*done, *not_begun, *begun))
    assert [task["done"] for task in tasks] == [True] * 3 + [False] * 7
    assert left_out == {"degrees of completion": 4}


def test_a_line_that_is_folded_within_a_character_is_read(miguel: TestClient) -> None:
    calendar = of_todos("DESCRIPTION:x").replace("Rest", "caf\u00e9").encode()
    folded = calendar.replace(b"\xc3\xa9", b"\xc3\r\n \xa9")
    assert bring(miguel, folded, CALENDAR).json() == {"imported": 1}
    assert everything(miguel)[0]["title"] == "caf\u00e9"


def test_a_calendar_in_another_encoding_is_explained(miguel: TestClient) -> None:
    calendar = of_todos("DESCRIPTION:x").replace("Rest", "caf\u00e9").encode("windows-1252")
    [fault] = bring(miguel, calendar, CALENDAR).json()["errors"]
    assert (fault["line"], "E9, which is \u00e9" in fault["detail"]) == (3, True)


def test_blanks_within_and_around_texts_are_kept(miguel: TestClient, susan: TestClient) -> None:
    given = {"title": " two  words ", "description": "  - a\n    - b  \n"}
    miguel.post("/tasks", json=given)
    [task], _ = imported(susan, export(miguel, CALENDAR).text.replace("\r\n", "\n"))
    assert {name: task[name] for name in given} == given


def test_nothing_is_prepared_twice(miguel: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a second import leaves out is sorted out in the transaction, and no text is read."""
    imported(miguel, APPLE)
    read = []

    def words(*texts: str) -> list[str]:
        read.append(texts[0])
        return words_of(*texts)

    monkeypatch.setattr(search_index, "words_of", words)
    both = APPLE.replace("END:VCALENDAR\n", "") + NEXTCLOUD.partition("v0.15.0\n")[2]
    assert len(imported(miguel, both)[0]) == 2
    assert read == ["Call the plumber", "Paint the fence"]
    assert miguel.get("/tasks", params={"q": "plumber"}).json()["tasks"][0]["id"] == 1
    assert miguel.get("/tasks", params={"q": "fence"}).json()["tasks"][0]["id"] == 2


def test_what_is_too_long_is_cut_and_named(miguel: TestClient) -> None:
    long = NEXTCLOUD.replace("Paint", "P" * 300).replace("home", "h" * 60)
    long = long.replace("PRIORITY:5", "DESCRIPTION:" + "d" * 20_000)
    long = long.replace("CREATED:2023", "CREATED:9023")
    [task], left_out = imported(miguel, long)
    assert (len(task["title"]), len(task["description"])) == (200, 10_000)
    assert task["labels"] == ["garden"]
    assert left_out.keys() >= {
        "ends of long titles (the descriptions have them)",
        "ends of long descriptions",
        "labels that are too long or too many",
        "times of creation, change or completion that cannot be",
    }


def test_what_fits_is_what_the_document_says() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["TaskTitle"]["maxLength"] == fitting.LONGEST_TITLE
    assert schemas["TaskDescription"]["maxLength"] == fitting.LONGEST_DESCRIPTION
    assert schemas["TaskLabel"]["maxLength"] == fitting.LONGEST_LABEL
    assert schemas["TaskLabels"]["maxItems"] == fitting.MOST_LABELS
