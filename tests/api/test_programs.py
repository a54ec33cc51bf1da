"""Files of other programs, in the shapes that they export: what is kept, and what is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.test_transfer import everything
from tests.support.contract import DOCUMENT
from todo_api.formats import NAMED_READERS

KNOWN = "tasks that are in the list already"
ORPHANS = "parents that the file does not have"
RELATIONS = "relations between tasks"
CHECKLISTS = "checklists (the descriptions have them)"

EXPORTS = Path(__file__).parent / "exports"


def export_of(name: str) -> str:
    """Return a file of ours in the shape that a program exports."""
    return (EXPORTS / name).read_text()


TODOIST, TICKTICK = export_of("todoist.csv"), export_of("ticktick.csv")
MICROSOFT, GOOGLE = export_of("microsoft_to_do.json"), export_of("google_tasks.json")
TRELLO, TASKWARRIOR = export_of("trello.json"), export_of("taskwarrior.json")
TODOTXT = export_of("todo.txt").replace("\n", "\r\n")
TEXT = {"Content-Type": "text/plain"}
KEPT = ("title", "description", "done", "due", "priority", "labels")


def bring(client: TestClient, program: str, file: Any) -> dict[str, Any]:  # noqa: ANN401 - text or JSON
    """Import a file; return what the answer says."""
    content = file if isinstance(file, str | bytes) else json.dumps(file)
    headers = {"Content-Type": "text/plain"}
    answer = client.post(f"/tasks/import?format={program}", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def imported(client: TestClient, program: str, file: Any) -> tuple[list[Any], dict[str, int]]:  # noqa: ANN401 - text or JSON
    """Import a file twice; return the tasks, and what was left out the first time."""
    result = bring(client, program, file)
    tasks = everything(client)
    assert result["imported"] == len(tasks)
    again = bring(client, program, file)
    if program in {"todoist", "todotxt"}:  # which have no ids
        assert again == result
    else:
        assert (again["imported"], everything(client)) == (0, tasks)
        assert {"what": KNOWN, "count": len(tasks)} in again["left_out"]
    return tasks, {one["what"]: one["count"] for one in result.get("left_out", [])}


def members(tasks: list[Any], *names: str) -> list[tuple[Any, ...]]:
    """Return some members of tasks."""
    return [tuple(task[name] for name in names or KEPT) for task in tasks]


def parents(tasks: list[Any]) -> dict[str, str]:
    """Return the titles of tasks with those of their parents."""
    titles = {task["id"]: task["title"] for task in tasks}
    return {task["title"]: titles[task["parent_id"]] for task in tasks if task["parent_id"]}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("media_type", "form", "file"),
    [
        ("text/csv", "todoist", TODOIST),
        ("text/csv", "todoist", TODOIST.replace(",", ";")),
        ("text/csv", "ticktick", TICKTICK),
        ("text/csv", "ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        ("text/calendar", "todoist", TODOIST),
        ("application/json", "trello", TRELLO),
        ("application/json", "google_tasks", GOOGLE),
        ("application/json", "microsoft_to_do", MICROSOFT),
        ("application/jsonl", "taskwarrior", TASKWARRIOR),
    ],
)
def test_a_file_that_was_sent_as_another_is_told_its_form(
    miguel: TestClient, media_type: str, form: str, file: str, mark: str
) -> None:
    headers = {"Content-Type": media_type}
    refusal = miguel.post("/tasks/import", content=mark + file, headers=headers)
    told = f"Nothing was imported: the file looks like one that format={form} reads."
    assert (refusal.status_code, refusal.json()["detail"]) == (400, told)
    refusal = miguel.post("/tasks/import", content=mark + file, headers=TEXT)
    assert f"such as format={form}." in refusal.text
    assert miguel.post(f"/tasks/import?format={form}", content=file, headers=TEXT).is_success


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/tasks/import?format=todoist", TODOIST.replace(",1,", ",9,")),
        ("/tasks/import?format=jsonl", '{"titel": "\\"uuid\\": \\"cards\\": ["}'),
        ("/tasks/import?format=csv", "Titel\nTYPE,CONTENT,\n"),
    ],
)
def test_a_file_of_the_form_that_was_named_is_only_told_its_faults(
    miguel: TestClient, path: str, file: str
) -> None:
    refusal = miguel.post(path, content=file, headers=TEXT)
    assert refusal.json()["detail"] == "Nothing was imported: some lines are not valid."


def test_a_project_of_todoist(miguel: TestClient) -> None:
    tasks, left_out = imported(miguel, "todoist", TODOIST)
    assert members(tasks) == [
        (
            "Call @susan about it",
            "At noon\n\nShe is away\n\nBack on Monday",
            False,
            "2026-12-01T15:30:00+01:00",
            3,
            ["phone", "susan", "work"],
        ),
        ("Water the plants", "every Monday", False, None, 0, ["Later"]),
        ("Pay", "", False, "2026-12-24", 1, ["Later"]),
        ("Sleep", "", False, "2026-12-05", 0, ["Later"]),
    ]
    assert left_out == {
        "assignments": 1,
        "comments on the project or a section": 2,
        "deadlines of tasks that have a date": 1,
        "due dates in words (the descriptions have them)": 1,
        "durations": 1,
        "times of day without a known time zone (the day is kept)": 1,
    }
    assert parents(tasks) == {"Water the plants": "Call @susan about it"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_backup_of_ticktick(miguel: TestClient, encoding: str) -> None:
    tasks, left_out = imported(miguel, "ticktick", TICKTICK.encode(encoding))
    assert members(tasks) == [
        ("Mow", "Slowly\nand whole", False, "2026-12-12", 3, ["Doing", "Garden", "lawn", "weekly"]),
        ("Rest", "", True, "2026-11-01T11:00:00+01:00", 1, []),
        ("Give up", "", True, "2026-12-14", 0, []),
    ]
    assert (
        members(tasks, "created_at", "completed_at")[1:]
        == [("2026-11-01T08:00:00.000000Z", "2026-11-02T08:00:00.000000Z")] * 2
    )
    assert members(tasks, "repeat") == [({"rule": "FREQ=WEEKLY", "from": "due"},), (None,), (None,)]
    assert left_out == {
        "cancellations (the tasks are done)": 1,
        "folders": 1,
        "notes (imported as tasks)": 1,
        "reminders": 1,
        "start times": 1,
    }
    assert parents(tasks) == {"Rest": "Mow"}


def test_a_later_backup_of_ticktick_that_counts_anew(miguel: TestClient) -> None:
    """The numbers in it are those of its rows, as far as anybody can tell."""
    bring(miguel, "ticktick", TICKTICK)
    later = TICKTICK.replace('"Rest"', '"Work"')
    assert bring(miguel, "ticktick", later)["imported"] == 1
    assert everything(miguel)[-1]["title"] == "Work"


def test_tasks_of_microsoft_to_do(miguel: TestClient) -> None:
    tasks, left_out = imported(miguel, "microsoft_to_do", MICROSOFT)
    assert members(tasks) == [
        (
            "Book a flight",
            "Window seat\n\n- [x] Passport\n- [ ] Seat",
            True,
            "2026-12-02",
            3,
            ["Red category"],
        ),
        ("Milk", "Fresh & cold\nTwo", False, None, 1, ["Groceries"]),
    ]
    assert members(tasks[:1], "created_at", "updated_at", "completed_at") == [
        (
            "2026-11-01T08:00:00.123456Z",
            "2026-11-03T08:00:00.000000Z",
            "2026-11-03T09:00:00.000000Z",
        )
    ]
    assert left_out == {
        "attachments": 1,
        "degrees of completion": 1,
        "formatted texts (imported as plain text)": 1,
        "reminders": 1,
        CHECKLISTS: 1,
    }


GRAPH: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"type": "daily", "interval": 3}, {"type": "noEnd"}, "FREQ=DAILY;INTERVAL=3"),
    (
        {"type": "weekly", "interval": 1, "daysOfWeek": ["friday", "monday"]},
        {"type": "endDate", "endDate": "2027-01-31"},
        "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270131",
    ),
    (
        {"type": "absoluteMonthly", "interval": 2, "dayOfMonth": 15, "month": 0},
        {"type": "numbered", "numberOfOccurrences": 5},
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15;COUNT=5",
    ),
    (
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "last"},
        {},
        "FREQ=MONTHLY;BYDAY=-1TU",
    ),
    (
        {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 2},
        {},
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    ),
    (
        {"type": "relativeYearly", "month": 11, "daysOfWeek": ["thursday"], "index": "fourth"},
        {},
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    ),
    ({"type": "hourly"}, {}, None),
]


@pytest.mark.parametrize(("pattern", "end", "rule"), GRAPH)
def test_patterns_of_microsoft_to_do_are_rules(
    miguel: TestClient, pattern: dict[str, Any], end: dict[str, Any], rule: str | None
) -> None:
    task = {"id": "1", "title": "Water", "recurrence": {"pattern": pattern, "range": end}}
    [found], left_out = imported(miguel, "microsoft_to_do", json.dumps({"value": [task]}))
    assert found["repeat"] == (rule and {"rule": rule, "from": "due"})
    assert left_out == ({} if rule else {"recurrences": 1})


def test_tasks_of_google(miguel: TestClient, susan: TestClient) -> None:
    tasks, left_out = imported(miguel, "google_tasks", GOOGLE)
    assert members(tasks) == [("Write", "A page", True, "2026-12-01", 0, ["My Tasks"])]
    assert members(tasks, "updated_at", "completed_at") == [
        ("2026-11-02T08:00:00.000000Z", "2026-11-02T07:59:00.000000Z")
    ]
    assert left_out == {"deleted tasks": 1, "web addresses": 1, ORPHANS: 1}
    assert bring(susan, "google_tasks", json.loads(GOOGLE)["items"][0])["imported"] == 1


def test_tasks_of_google_below_others(miguel: TestClient) -> None:
    whole = GOOGLE.replace('"t2"', '"t0"').replace('"deleted": true', '"deleted": false')
    tasks, left_out = imported(miguel, "google_tasks", whole)
    assert parents(tasks) == {"Write": "Gone"}
    assert left_out == {"web addresses": 1}


def test_a_board_of_trello(miguel: TestClient) -> None:
    tasks, left_out = imported(miguel, "trello", TRELLO)
    assert members(tasks) == [
        (
            "Paint the fence",
            "Twice\n\nBuy\n\n- [x] Brush\n- [ ] Paint",
            True,
            "2026-12-01T11:00:00+00:00",
            0,
            ["Doing", "garden", "green"],
        )
    ]
    assert members(tasks, "created_at", "updated_at") == [
        ("2025-11-02T12:09:36.000000Z", "2026-11-02T08:00:00.000000Z")
    ]
    assert left_out == {
        "archived cards": 2,
        "assignments": 1,
        "attachments": 1,
        "comments": 1,
        "reminders": 1,
        "start times": 1,
        "templates": 1,
        CHECKLISTS: 1,
    }


def test_an_indent_that_is_no_indent_counts_as_the_first(miguel: TestClient) -> None:
    rows = [f"task,Pack,1,{'1' * 5000}", "task,Boots,1,2"]
    table = "\n".join(["TYPE,CONTENT,PRIORITY,INDENT", *rows])
    tasks, _ = imported(miguel, "todoist", table)
    assert [task["parent_id"] for task in tasks] == [None, tasks[0]["id"]]


def test_a_list_of_taskwarrior(miguel: TestClient, susan: TestClient) -> None:
    tasks, left_out = imported(miguel, "taskwarrior", TASKWARRIOR)
    assert members(tasks) == [
        (
            "Renew the passport",
            "Room 4\n\nBring photos",
            False,
            "2026-12-01T11:00:00+00:00",
            3,
            ["papers.office", "town"],
        ),
        ("Take photos", "", True, None, 0, []),
    ]
    assert tasks[1]["completed_at"] == "2026-11-03T08:00:00.000000Z"
    assert left_out == {
        "attributes of the user's own": 1,
        "deleted tasks": 1,
        "recurrences": 1,
        "start times": 1,
        RELATIONS: 1,
    }
    lines = TASKWARRIOR.strip("[]\n").replace("},\n", "}\n")
    assert bring(susan, "taskwarrior", lines)["imported"] == 2


def test_lines_of_todotxt(miguel: TestClient) -> None:
    tasks, left_out = imported(miguel, "todotxt", TODOTXT)
    assert members(tasks, "title", "done", "due", "priority", "labels") == [
        ("Call +family Mum", False, "2026-12-01", 3, ["family", "phone"]),
        ("Pay the rent", True, None, 2, ["home", "house"]),
        ("Rest", True, None, 0, []),
        ("Ask a@b.example at 5 key:value", False, None, 1, []),
        ("xylophone", False, None, 0, []),
    ]
    assert members(tasks[:2], "created_at", "completed_at") == [
        ("2026-11-01T00:00:00.000000Z", None),
        ("2026-11-01T00:00:00.000000Z", "2026-11-03T00:00:00.000000Z"),
    ]
    assert left_out == {"start times": 1}


@pytest.mark.parametrize(
    ("written", "rule", "counted"),
    [
        ("1y", "FREQ=YEARLY", "completion"),
        ("2w", "FREQ=WEEKLY;INTERVAL=2", "completion"),
        ("+1m", "FREQ=MONTHLY", "due"),
        ("+10d", "FREQ=DAILY;INTERVAL=10", "due"),
        ("3", "FREQ=DAILY;INTERVAL=3", "completion"),
        ("d", "FREQ=DAILY", "completion"),
        ("+1b", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "due"),
        *((other, None, None) for other in ("5b", "+", "0d", "1000d", "weekly", "1ww", "\u0663d")),
    ],
)
def test_what_todotxt_repeats(
    miguel: TestClient, written: str, rule: str | None, counted: str | None
) -> None:
    [task], left_out = imported(miguel, "todotxt", f"Water due:2026-12-01 rec:{written} +home")
    assert (task["title"], task["due"], task["labels"]) == ("Water", "2026-12-01", ["home"])
    assert task["repeat"] == ({"rule": rule, "from": counted} if rule else None)
    assert left_out == ({} if rule else {"recurrences": 1})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_a_line_ends_a_task_of_todotxt(miguel: TestClient, end: str) -> None:
    tasks, _ = imported(miguel, "todotxt", f"Rest{end}{end}Work{end}")
    assert [task["title"] for task in tasks] == ["Rest", "Work"]


def test_a_title_that_is_too_long_is_found_in_the_description(miguel: TestClient) -> None:
    [task], left_out = imported(miguel, "todotxt", "long " * 100 + "end +tag")
    assert task["description"].endswith("end\n\n")
    assert left_out == {"ends of long titles (the descriptions have them)": 1}


def test_whatever_the_media_type_the_form_decides(miguel: TestClient) -> None:
    for number, (media_type, form, file) in enumerate(
        (
            ("text/csv", "trello", TRELLO),
            ("application/json", "todotxt", TODOTXT),
            ("text/csv; charset=windows-1252", "csv", "title\ncaf\xe9".encode("windows-1252")),
            ("text/plain; charset=windows-1252", "todotxt", "caf\xe9".encode("windows-1252")),
            ("application/json", "jsonl", '{"title": "Rest"}'),
            ("text/plain", "ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        )
    ):
        content = file if isinstance(file, str | bytes) else json.dumps(file)
        headers = {"Content-Type": media_type, "Idempotency-Key": f"key-{number}"}
        answer = miguel.post(f"/tasks/import?format={form}", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        other = "ticktick" if form != "ticktick" else "trello"
        reused = miguel.post(f"/tasks/import?format={other}", content=content, headers=headers)
        assert reused.status_code in {400, 422}
    assert [task["title"] for task in everything(miguel)][-3:-1] == ["caf\xe9", "caf\xe9"]


FAULTY: list[tuple[str, Any, list[tuple[int | None, str | None, str]]]] = [
    ("todoist", "title,done\nRest,true\n", [(1, None, "TYPE, CONTENT, PRIORITY, INDENT")]),
    (
        "todoist",
        "TYPE,CONTENT,PRIORITY,INDENT\ntask,Rest,9,1\nplan,Rest,1,1\n",
        [(2, "/PRIORITY", 'has "9": write a number'), (3, "/TYPE", "task, section or note")],
    ),
    ("ticktick", "", [(1, None, "of TickTick has")]),
    (
        "ticktick",
        "List Name,Title,Due Date,Priority,Status\nHome,Rest,tomorrow,2,7\n",
        [(2, "/Priority", "0, 1, 3 or 5"), (2, "/Status", "-1"), (2, "/Due Date", "write a time")],
    ),
    ("ticktick", b"caf\xe9", [(1, None, "not UTF-8")]),
    ("microsoft_to_do", {"tasks": []}, [(None, "", '{"value": [...]}')]),
    (
        "microsoft_to_do",
        [{"title": 5, "body": [], "categories": [1]}, 7, {"tasks": {}}],
        [
            (None, "/0/body", "an object"),
            (None, "/0/title", "a text"),
            (None, "/0/categories", "an array of texts"),
            (None, "/1", "an object"),
            (None, "/2", "an array"),
        ],
    ),
    ("google_tasks", {"kind": [], "items": []}, [(None, "", "tasks#taskLists")]),
    (
        "google_tasks",
        {"kind": "tasks#tasks", "items": [{"title": "Rest", "due": "soon"}]},
        [(None, "/items/0/due", 'not "soon"')],
    ),
    ("trello", [], [(None, "", '"cards"')]),
    ("trello", "{", [(None, None, "not JSON")]),
    (
        "trello",
        {"cards": [{"name": "a", "closed": "no", "dueReminder": []}], "lists": []},
        [(None, "/cards/0/closed", "true or false")],
    ),
    ("trello", {"cards": [], "actions": [{}] * 10_001}, [(None, "/actions", "at most 10,000")]),
    ("trello", {"cards": [], "lists": [1]}, [(None, "/lists/0", "an object")]),
    (
        "taskwarrior",
        '{"description": "a"}\n{"description": "b", "due": "20261301T000000Z"}\n7\n',
        [(2, "/due", "a time"), (3, None, "an object")],
    ),
    (
        "todotxt",
        "Rest due:2026-02-30\n\nx 2026-13-01 Rest\n",
        [(1, None, "no day"), (3, None, 'no day "2026-13-01"')],
    ),
]


def test_what_cannot_be_read_is_explained(miguel: TestClient) -> None:
    for program, file, expected in FAULTY:
        content = file if isinstance(file, str | bytes) else json.dumps(file)
        headers = {"Content-Type": "text/plain"}
        answer = miguel.post(f"/tasks/import?format={program}", content=content, headers=headers)
        assert answer.status_code == 400, (program, file, answer.text)
        faults = answer.json()["errors"]
        places = [(fault.get("line"), fault.get("pointer")) for fault in faults]
        assert places == [(line, at) for line, at, _ in expected], (program, faults)
        for fault, (_, _, said) in zip(faults, expected, strict=True):
            assert said in fault["detail"]
    assert everything(miguel) == []


def test_the_document_names_all_forms() -> None:
    assert DOCUMENT["components"]["schemas"]["ImportFormat"]["enum"] == list(NAMED_READERS)
