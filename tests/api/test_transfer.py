"""Export and import: nothing is lost, and nothing is half done."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import httpx2
import icalendar
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.contract import Reply, Stream
from todo_api.formats.file import LONGEST
from todo_api.formats.uids import Uids
from todo_api.identity import User
from todo_api.operations.transfer import PART, export_tasks
from todo_api.settings import Settings
from todo_api.storage import Database, UserGoneError, delete_user
from todo_api.storage import transfer as storage
from todo_api.storage.lists import number_within

LINES, CSV, CALENDAR = "application/jsonl", "text/csv", "text/calendar"
NDJSON, JSON = "application/x-ndjson", "application/json"
UIDS = Uids(lambda: b"key")
SENT_AS = {
    LINES: LINES,
    JSON: JSON,
    NDJSON: NDJSON,
    CSV: "text/csv; charset=utf-8; header=present",
    CALENDAR: "text/calendar; charset=utf-8",
}
EARLIER, LATER = "2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z"
GIVEN_ANEW = {"id", "uri", "list_id", "created_by", "completed_by", "assigned_to", "position"}

TASKS: list[dict[str, Any]] = [
    {"title": "Rest"},
    {
        "title": 'Say "hello, world"; then 你好 and 🎉',
        "description": "First line,\r\nsecond\n\n\tthird \\n \u2028 " + "é" * 200,
        "done": True,
        "due": "2026-11-30",
        "priority": 3,
        "labels": ["a, b", "c;d", "=e", "é"],
    },
    {"title": '=HYPERLINK("http://evil.example")', "due": "2026-11-30T17:00:00+01:00"},
    {"title": "'=1", "description": "-2", "priority": 1, "labels": ["@home"]},
    {"title": "'tis the season", "description": "''+", "priority": 2},
    {"title": " space ", "description": "\r", "due": "0001-01-01T00:00:00.5-05:45"},
]


@pytest.fixture
def tasks(miguel: TestClient) -> list[dict[str, Any]]:
    """Miguel's list, with everything that is difficult to write."""
    return [miguel.post("/tasks", json=task).json()["task"] for task in TASKS]


def export(client: TestClient, accept: str = "*/*") -> httpx2.Response:
    """Export a list."""
    response = client.get("/tasks/export", headers={"Accept": accept})
    assert response.status_code == 200, response.text
    return response


def bring(
    client: TestClient, content: str | bytes, media_type: str = LINES, **headers: str
) -> httpx2.Response:
    """Import a file."""
    headers = {"Content-Type": media_type, **headers}
    return client.post("/tasks/import", content=content, headers=headers)


def exported(database: Database, list_id: int) -> Iterator[bytes]:
    """Export a list as JSON Lines, chunk by chunk."""
    user = User(1, "miguel", list_id)
    answer = export_tasks(LINES, None, None, None, user, database, UIDS, lambda *_, **__: "uri:x")
    assert isinstance(answer, Reply)
    assert isinstance(answer.body, Stream)
    return answer.body.chunks


def everything(client: TestClient) -> list[dict[str, Any]]:
    """Return all tasks of a client, by id."""
    return [json.loads(line) for line in export(client).text.split("\n")[:-1]]


def faults(response: httpx2.Response) -> list[tuple[int, str | None]]:
    """Return the lines and members of the faults."""
    return [(fault["line"], fault.get("pointer")) for fault in response.json()["errors"]]


def lasting(task: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a task that a file preserves."""
    return {name: value for name, value in task.items() if name not in GIVEN_ANEW}


LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where Python, among others, ends a line of text, beside CR and LF."""


@pytest.mark.parametrize("accept", [LINES, NDJSON, CALENDAR])
def test_a_line_is_a_line_for_every_reader_of_text(miguel: TestClient, accept: str) -> None:
    task = {"title": "a\x85\u2028\u2029z", "description": f"a{LINE_ENDS}z", "labels": ["a\u2028z"]}
    created = miguel.post("/tasks", json=task).json()["task"]
    lines = export(miguel, accept).content
    assert lines.decode().splitlines() == lines.decode().replace("\r", "").split("\n")[:-1]
    if accept == LINES:
        assert everything(miguel) == [created]
    if accept == CALENDAR:
        [todo] = icalendar.Calendar.from_ical(lines).walk("VTODO")
        assert todo["DESCRIPTION"] == "a\n\n\nz"


class TestFormats:
    """The Accept header chooses the format."""

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            ("*/*", NDJSON),
            (LINES, LINES),
            (NDJSON, NDJSON),
            ("text/*", CSV),
            ("text/csv", CSV),
            ("text/csv; header=present", CSV),
            ("text/calendar", CALENDAR),
            ("text/html, text/calendar;q=0.9, */*;q=0.1", CALENDAR),
            ("text/csv;q=0, text/*", CALENDAR),
            ("application/json;q=0.9, */*;q=0.5", JSON),
            ("application/json", JSON),
            ("application/json, text/plain, */*", JSON),
            ("application/*+json, application/json", JSON),
        ],
    )
    def test_accept_decides(self, miguel: TestClient, accept: str, media_type: str) -> None:
        assert export(miguel, accept).headers["Content-Type"] == SENT_AS[media_type]

    @pytest.mark.parametrize("accept", ["text/html", "*/*;q=0"])
    def test_other_formats_are_refused(self, miguel: TestClient, accept: str) -> None:
        assert_problem(miguel.get("/tasks/export", headers={"Accept": accept}), 406)

    @pytest.mark.parametrize("accept", ["*/*", JSON, "text/csv"])
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [("jsonl", NDJSON), ("json", JSON), ("csv", CSV), ("ics", CALENDAR)],
    )
    def test_a_parameter_decides_before_accept_does(
        self, miguel: TestClient, accept: str, name: str, media_type: str
    ) -> None:
        named = miguel.get(f"/tasks/export?format={name}", headers={"Accept": accept})
        assert named.headers["Content-Type"] == SENT_AS[media_type]
        assert named.content == export(miguel, media_type).content
        assert named.headers["Content-Disposition"].endswith(f'tasks.{name}"')

    def test_a_form_that_there_is_not_is_refused(self, miguel: TestClient) -> None:
        refusal = miguel.get("/tasks/export?format=xlsx")
        assert_problem(refusal, 400, "format")

    def test_whoever_takes_json_gets_one_json_document(
        self, miguel: TestClient, tasks: list[dict[str, Any]]
    ) -> None:
        assert export(miguel, JSON).json() == {"tasks": tasks}

    def test_excel_is_told_that_a_table_is_utf_8(self, miguel: TestClient) -> None:
        plain, marked = (
            miguel.get(f"/tasks/export?format=csv&bom={bom}").content for bom in ("false", "true")
        )
        assert marked == b"\xef\xbb\xbf" + plain
        assert plain == export(miguel, CSV).content

    def test_only_a_table_has_a_byte_order_mark(self, miguel: TestClient) -> None:
        for query in ("bom=true", "bom=true&format=ics"):
            refusal = miguel.get(f"/tasks/export?{query}")
            assert_problem(refusal, 400, "bom")

    def test_a_browser_saves_it_under_a_name(self, miguel: TestClient) -> None:
        for accept, name in ((LINES, "tasks.jsonl"), (CSV, "tasks.csv"), (CALENDAR, "tasks.ics")):
            disposition = export(miguel, accept).headers["Content-Disposition"]
            assert disposition == f'attachment; filename="{name}"'

    def test_errors_are_json_all_the_same(self, anonymous: TestClient) -> None:
        assert_problem(anonymous.get("/tasks/export", headers={"Accept": CSV}), 401)

    def test_head_tells_the_headers(self, miguel: TestClient) -> None:
        got, headed = export(miguel, CSV), miguel.head("/tasks/export", headers={"Accept": CSV})
        assert headed.status_code == 200
        assert headed.content == b""
        assert headed.headers["Content-Type"] == got.headers["Content-Type"]

    def test_an_empty_list_is_an_empty_file(self, miguel: TestClient) -> None:
        assert export(miguel, LINES).content == b""
        assert export(miguel, CSV).text.count("\r\n") == 1
        assert export(miguel, JSON).json() == {"tasks": []}
        assert icalendar.Calendar.from_ical(export(miguel, CALENDAR).text).walk("VTODO") == []


@pytest.mark.usefixtures("tasks")
class TestJSONLines:
    """JSON Lines."""

    def test_a_line_is_a_task(self, miguel: TestClient, tasks: list[dict[str, Any]]) -> None:
        assert everything(miguel) == tasks

    def test_what_is_exported_is_imported_without_loss(
        self, miguel: TestClient, susan: TestClient, tasks: list[dict[str, Any]]
    ) -> None:
        susan.post("/tasks", json={"title": "Mine"})
        assert bring(susan, export(miguel).content).json() == {"imported": len(tasks)}
        imported = everything(susan)[1:]
        assert [lasting(task) for task in imported] == [lasting(task) for task in tasks]
        numbers = [number_within(task["id"]) for task in imported]
        assert numbers == list(range(2, len(tasks) + 2))

    def test_an_empty_list_comes_back_too(self, miguel: TestClient, susan: TestClient) -> None:
        assert bring(miguel, export(susan).content).json() == {"imported": 0}

    @pytest.mark.parametrize("media_type", [LINES, NDJSON])
    def test_it_goes_by_two_names(self, susan: TestClient, media_type: str) -> None:
        assert bring(susan, '{"title": "Rest"}', media_type).json() == {"imported": 1}
        assert export(susan, media_type).text == export(susan, LINES).text

    def test_what_is_imported_is_found_like_any_other(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        bring(susan, export(miguel).content)
        for query, found in (
            ("q=hello 你好", [2]),
            ("label=c;d", [2]),
            ("title_prefix=REST", [1]),
            ("due_before=2026-12-01&sort=due", [6, 3, 2]),
            ("sort=-created_at&limit=2", [6, 5]),
        ):
            page = susan.get("/tasks?" + query.replace(";", "%3B")).json()["tasks"]
            assert [number_within(task["id"]) for task in page] == found


@pytest.mark.usefixtures("tasks")
class TestCSV:
    """CSV, for spreadsheets."""

    def test_a_row_is_a_task_under_a_header(
        self, miguel: TestClient, tasks: list[dict[str, Any]]
    ) -> None:
        rows = list(csv.DictReader(io.StringIO(export(miguel, CSV).text, newline="")))
        assert [row.keys() for row in rows] == [task.keys() for task in tasks]
        assert rows[1]["title"] == tasks[1]["title"]
        assert rows[1]["description"] == tasks[1]["description"]
        assert rows[0].items() >= {"done": "false", "due": "", "labels": ""}.items()

    def test_what_is_exported_is_imported_without_loss(
        self, miguel: TestClient, susan: TestClient, tasks: list[dict[str, Any]]
    ) -> None:
        assert bring(susan, export(miguel, CSV).content, CSV).status_code == 200
        assert [lasting(task) for task in everything(susan)] == [lasting(task) for task in tasks]

    def test_no_cell_is_a_formula(self, miguel: TestClient) -> None:
        for row in csv.reader(io.StringIO(export(miguel, CSV).text, newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    def test_a_spreadsheet_may_have_its_own_ways(self, susan: TestClient) -> None:
        table = '\ufeffdone,priority,title\nTRUE,,"Two\nlines"\n\nFALSE,2,Rest'
        assert bring(susan, table, CSV).json() == {"imported": 2}
        two, rest = everything(susan)
        assert two.items() >= {"title": "Two\nlines", "done": True, "priority": 0}.items()
        assert rest.items() >= {"title": "Rest", "done": False, "priority": 2}.items()


class TestJSON:
    """JSON in one piece, and what is sent in place of JSON Lines."""

    def test_what_is_exported_is_imported_without_loss(
        self, miguel: TestClient, susan: TestClient, tasks: list[dict[str, Any]]
    ) -> None:
        assert bring(susan, export(miguel, JSON).content, JSON).json() == {"imported": len(tasks)}
        assert [lasting(task) for task in everything(susan)] == [lasting(task) for task in tasks]

    @pytest.mark.parametrize("media_type", [LINES, NDJSON])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_an_array_is_read_in_place_of_lines(
        self, miguel: TestClient, media_type: str, mark: str
    ) -> None:
        array = mark + '\n[\n  {"title": "Rest"},\n  {"title": "Work"}\n]\n'
        assert bring(miguel, array, media_type).json() == {"imported": 2}

    def test_a_byte_order_mark_begins_no_line(self, miguel: TestClient) -> None:
        assert bring(miguel, '\ufeff{"title": "Rest"}').json() == {"imported": 1}

    def test_a_fault_is_named_by_its_place_in_the_document(self, miguel: TestClient) -> None:
        for document, pointer in (
            ('{"tasks": [{"title": "Rest"}, {"title": 1}]}', "/tasks/1/title"),
            ('[{"title": "Rest"}]', ""),
            ('{"tasks": 1}', "/tasks"),
            ('{"title": "Rest"}', ""),
            ("1", ""),
            (json.dumps({"tasks": [{f"n{n}": 1 for n in range(101)}]}), "/tasks/0"),
        ):
            answer = bring(miguel, document, JSON)
            assert answer.status_code == 400
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
            assert "line" not in answer.json()["errors"][0]
        assert everything(miguel) == []

    def test_what_is_not_json_or_too_much_is_refused(self, miguel: TestClient) -> None:
        for document, said in (("[", "is not JSON"), ("[" + "1," * 250_000, "more than 250,000")):
            [fault] = bring(miguel, document, JSON).json()["errors"]
            assert said in fault["detail"]

    def test_an_object_over_several_lines_is_explained(self, miguel: TestClient) -> None:
        pretty = json.dumps({"title": "Rest"}, indent=2)
        [fault] = bring(miguel, "\n" + pretty).json()["errors"]
        assert fault["line"] == 2
        assert "application/json" in fault["detail"]


class TestICalendar:
    """iCalendar, as another program reads it."""

    @pytest.fixture
    def todos(self, miguel: TestClient, tasks: list[dict[str, Any]]) -> list[Any]:
        """What the package `icalendar` makes of Miguel's list."""
        assert tasks
        found: list[Any] = icalendar.Calendar.from_ical(export(miguel, CALENDAR).text).walk("VTODO")
        return found

    def test_it_says_what_and_when(self, todos: list[Any], tasks: list[dict[str, Any]]) -> None:
        assert [str(todo["URL"]) for todo in todos] == [task["uri"] for task in tasks]
        assert [str(todo["SUMMARY"]) for todo in todos] == [task["title"] for task in tasks]
        assert [todo.errors for todo in todos] == [[]] * len(tasks)
        assert "DUE" not in todos[0]
        assert todos[1]["DUE"].dt == date(2026, 11, 30)
        assert todos[2]["DUE"].dt == datetime(2026, 11, 30, 16, tzinfo=UTC)
        created = datetime.fromisoformat(tasks[0]["created_at"]).replace(microsecond=0)
        assert todos[0]["CREATED"].dt == created

    def test_a_task_has_one_uid_wherever_it_is_read_and_no_other_has_it(
        self, miguel: TestClient, susan: TestClient, todos: list[Any]
    ) -> None:
        susan.post("/tasks", json={"title": "Mine"})
        elsewhere = {"Accept": CALENDAR, "Host": "localhost:8080"}
        again = miguel.get("/tasks/export", headers=elsewhere).text
        uids = [str(todo["UID"]) for todo in todos]
        assert [
            str(todo["UID"]) for todo in icalendar.Calendar.from_ical(again).walk("VTODO")
        ] == uids
        [of_susan] = icalendar.Calendar.from_ical(export(susan, CALENDAR).text).walk("VTODO")
        assert len({*uids, str(of_susan["UID"])}) == len(todos) + 1

    def test_it_says_how_much_it_matters(self, todos: list[Any]) -> None:
        priorities = [todo.get("PRIORITY", 0) for todo in todos]
        assert priorities == [0, 1, 0, 9, 5, 0]

    def test_it_says_whether_it_is_done(self, todos: list[Any]) -> None:
        assert todos[0]["STATUS"] == "NEEDS-ACTION"
        assert "COMPLETED" not in todos[0]
        assert todos[1]["STATUS"] == "COMPLETED"
        assert todos[1]["COMPLETED"].dt == todos[1]["CREATED"].dt

    def test_texts_and_labels_come_through(
        self, todos: list[Any], tasks: list[dict[str, Any]]
    ) -> None:
        written = tasks[1]["description"].replace("\r\n", "\n").replace("\u2028", "\n")
        assert str(todos[1]["DESCRIPTION"]) == written
        assert [str(label) for label in todos[1]["CATEGORIES"].cats] == tasks[1]["labels"]

    @pytest.mark.usefixtures("tasks")
    def test_no_line_is_too_long(self, miguel: TestClient) -> None:
        lines = export(miguel, CALENDAR).content.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert [line.decode() for line in lines]


PACKED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gzip": (gzip.compress, "compressed by gzip, and no text: unpack it"),
    "bzip2": (bz2.compress, "compressed by bzip2"),
    "xz": (lzma.compress, "compressed by xz"),
    "ZIP": (lambda text: zipped(text), "a ZIP archive, as the workbooks of Excel"),  # noqa: PLW0108 - it stands below
    "PDF": (lambda _: b"%PDF-1.7\n", "a PDF document"),
    "SQLite": (lambda _: b"SQLite format 3\0", "a database of SQLite"),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("media_type", [LINES, CSV, CALENDAR, "application/json"])
def test_a_file_that_holds_no_text_is_told_for_what_it_is(
    miguel: TestClient, kind: str, media_type: str
) -> None:
    pack, sentence = PACKED[kind]
    answer = bring(miguel, pack(b'{"title": "Rest"}\n'), media_type)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    [*_, detail] = [problem["detail"], *(fault["detail"] for fault in problem.get("errors", []))]
    assert detail.startswith(f"This file is {sentence}")


def zipped(text: bytes) -> bytes:
    """Return an archive with a file in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tasks.csv", text)
    return file.getvalue()


class TestBadLines:
    """A file with faults: each is named by its line, and nothing is imported."""

    @pytest.mark.parametrize(
        ("line", "pointer"),
        [
            ("nonsense", None),
            ('{"title": "Rest"', None),
            ('{"title": "Rest", "title": "Work"}', None),
            ('{"title": "\\u0000"}', None),
            ("[]", ""),
            pytest.param(f'{{"title": "{" " * LONGEST}"}}', None, id="too long"),
            ("{}", "/title"),
            ('{"title": 1}', "/title"),
            ('{"title": "Rest", "due": "tomorrow"}', "/due"),
            ('{"title": "Rest", "colour": "red"}', "/colour"),
            ('{"title": "Rest", "labels": ["a", ""]}', "/labels/1"),
            ('{"title": "Rest", "created_at": "9999-01-01T00:00:00Z"}', "/created_at"),
            ('{"title": "Rest", "updated_at": "9999-01-01T00:00:00Z"}', "/updated_at"),
            (
                f'{{"title": "Rest", "created_at": "{LATER}", "updated_at": "{EARLIER}"}}',
                "/updated_at",
            ),
            ('{"title": "Rest", "completed_at": "2001-01-01T00:00:00Z"}', "/completed_at"),
        ],
    )
    def test_a_line(self, miguel: TestClient, line: str, pointer: str | None) -> None:
        answer = bring(miguel, f'{{"title": "Rest"}}\n\n{line}\n{{"title": "Rest"}}\n')
        assert answer.status_code == 400
        assert faults(answer) == [(3, pointer)]
        assert everything(miguel) == []

    @pytest.mark.parametrize(
        ("row", "pointer"),
        [
            ("Rest,urgent,", "/priority"),
            ("Rest,4,", "/priority"),
            ("Rest,,maybe", "/done"),
            (",1,", "/title"),
            ("Rest", None),
            ("Rest,1,true,now", None),
            ('"Rest"s,1,', None),
            ('"Rest', None),
            pytest.param("Rest," + "," * LONGEST, None, id="too long"),
            pytest.param('"Rest' + "\n" * LONGEST + '"', None, id="too many lines"),
        ],
    )
    def test_a_row(self, miguel: TestClient, row: str, pointer: str | None) -> None:
        answer = bring(miguel, f'title,priority,done\r\n"a\r\nb",1,true\r\n{row}\r\n', CSV)
        assert answer.status_code == 400
        assert faults(answer) == [(4, pointer)]
        assert everything(miguel) == []

    @pytest.mark.parametrize(
        ("header", "pointer"),
        [
            ("title,colour", "/colour"),
            ("title,title", "/title"),
            ("title,ti/t~le", "/ti~1t~0le"),
            ("title," + "x" * 100, "/" + "x" * 100),
            ("title," + "x" * 101, None),
        ],
        ids=["unknown", "twice", "escaped", "long", "too long"],
    )
    def test_a_header_row(self, miguel: TestClient, header: str, pointer: str | None) -> None:
        answer = bring(miguel, f"{header}\r\nRest,1\r\n", CSV)
        assert faults(answer) == [(1, pointer)]

    def test_the_first_twenty_are_told(self, miguel: TestClient) -> None:
        answer = bring(miguel, "{}\n" * 30)
        assert faults(answer) == [(line, "/title") for line in range(1, 21)]

    def test_a_line_has_the_limits_of_any_body(self, miguel: TestClient) -> None:
        for levels, digits, detail in (
            (31, 20, "There is no such member here."),
            (32, 20, "This line is nested deeper than 32 levels."),
            (31, 21, "This line holds a number of more than 20 digits."),
        ):
            nested = "[" * levels + "9" * digits + "]" * levels
            answer = bring(miguel, f'{{"title": "Rest", "colour": {nested}}}')
            assert [fault["detail"] for fault in answer.json()["errors"]] == [detail]

    @pytest.mark.usefixtures("miguel")
    def test_a_line_has_the_limits_that_are_set(self, settings: Settings) -> None:
        bounded = create_app(replace(settings, max_json_depth=2, max_json_digits=15))
        with client_of(bounded, "miguel", PASSWORD) as client:
            for value in ("[[1]]", "1" * 16):
                answer = bring(client, f'{{"title": "Rest", "colour": {value}}}')
                assert faults(answer) == [(1, None)]

    def test_text_that_is_not_utf_8(self, miguel: TestClient) -> None:
        assert_problem(bring(miguel, b'{"title": "\xff"}'), 400)

    def test_no_file_at_all(self, miguel: TestClient) -> None:
        assert_problem(miguel.post("/tasks/import"), 400)

    def test_a_picture_is_not_read(self, miguel: TestClient) -> None:
        answer = bring(miguel, "GIF89a", "image/gif")
        assert_problem(answer, 415)
        assert (
            answer.headers["Accept"] == f"{LINES}, {NDJSON}, {CSV}, {CALENDAR}, {JSON}, text/plain"
        )


class TestSize:
    """Long lists: an export has any length, an import is bounded."""

    @pytest.fixture
    def many(self, miguel: TestClient, database: Database) -> int:
        """10,000 tasks of Miguel's, each of 1,000 characters; his list's id."""
        assert everything(miguel) == []
        with database.transaction() as db:
            list_id: int = db.scalar(text("SELECT list_id FROM users"))
            task = {"title": "Rest", "description": "z" * 1000}
            storage.insert_tasks(db, list_id, storage.prepare_tasks([task] * 10_000))
        return list_id

    def test_a_long_list_is_made_page_by_page(self, many: int, database: Database) -> None:
        chunks = exported(database, many)
        tracemalloc.start()
        sizes = [chunk.count(b"\n") for chunk in chunks]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sum(sizes) == 10_000
        assert max(sizes) <= 100
        assert peak < 2_500_000

    @pytest.mark.usefixtures("many")
    def test_a_long_list_arrives_whole(self, miguel: TestClient) -> None:
        assert len(export(miguel, JSON).json()["tasks"]) == 10_000
        assert [task["id"] for task in everything(miguel)] == list(range(1, 10_001))

    def test_each_task_comes_once_and_none_that_is_created_meanwhile(
        self, many: int, database: Database
    ) -> None:
        chunks = exported(database, many)
        ids = [json.loads(line)["id"] for line in next(chunks).splitlines()]
        with database.transaction() as db:
            storage.insert_tasks(db, many, storage.prepare_tasks([{"title": "Late"}] * 600))
            db.execute(text("DELETE FROM tasks WHERE id IN (1, 600)"))
        ids += [json.loads(line)["id"] for chunk in chunks for line in chunk.splitlines()]
        assert ids == [number for number in range(1, 10_001) if number != 600]

    def test_a_list_whose_user_goes_meanwhile_does_not_look_complete(
        self, many: int, database: Database
    ) -> None:
        chunks = exported(database, many)
        next(chunks)
        with database.transaction() as db:
            delete_user(db, many)
        with pytest.raises(UserGoneError):
            list(chunks)

    def test_of_long_tasks_few_are_sent_at_once(
        self, database: Database, miguel: TestClient
    ) -> None:
        """What a client does not take is kept for it."""
        long = json.dumps({"title": "Long", "description": "🥛" * 9_990}, ensure_ascii=False)
        short = json.dumps({"title": "Short"})
        for lines in ([long] * 90, [short] * 250, [long] * 90, [short]):
            assert bring(miguel, "\n".join(lines)).is_success
        chunks = [*exported(database, 1)]
        assert max(map(len, chunks)) < 5 * PART
        assert len(chunks) < 431 / 4
        ids = [json.loads(line)["id"] for chunk in chunks for line in chunk.splitlines()]
        assert ids == list(range(1, 432))

    def test_an_import_has_10_000_tasks_at_most(self, miguel: TestClient) -> None:
        assert_problem(bring(miguel, '{"title":"x"}\n' * 10_001), 413)
        assert everything(miguel) == []

    def test_an_import_has_4_mib_at_most(self, miguel: TestClient) -> None:
        def chunks() -> Iterator[bytes]:
            yield b'{"title": "Rest"}\n'
            for _ in range(5):
                yield b" " * 2**20

        answer = miguel.post("/tasks/import", content=chunks(), headers={"Content-Type": LINES})
        assert_problem(answer, 413)
        assert everything(miguel) == []

    def test_nothing_of_it_is_read_for_a_stranger(self, anonymous: TestClient) -> None:
        anonymous.auth = ("miguel", "wrong")
        chunks = iter([b" " * 4_194_305])
        answer = anonymous.post("/tasks/import", content=chunks, headers={"Content-Type": LINES})
        assert_problem(answer, 401)


class TestTheSameAgain:
    """An import under an ``Idempotency-Key``."""

    ONCE: ClassVar = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}

    def test_is_done_once(self, miguel: TestClient) -> None:
        first, again = (bring(miguel, '{"title": "Rest"}\n', **self.ONCE) for _ in range(2))
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (again.status_code, again.json()) == (200, first.json())
        assert len(everything(miguel)) == 1

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [('{"title": "Work"}', LINES), ('{"title":"Rest"}', LINES), ("title\nRest", CSV)],
    )
    def test_is_refused_if_it_is_not_the_same(
        self, miguel: TestClient, content: str, media_type: str
    ) -> None:
        bring(miguel, '{"title": "Rest"}', **self.ONCE)
        assert_problem(bring(miguel, content, media_type, **self.ONCE), 422)
        assert len(everything(miguel)) == 1

    def test_may_be_sent_again_corrected(self, miguel: TestClient) -> None:
        assert bring(miguel, '{"title": 1}', **self.ONCE).status_code == 400
        assert bring(miguel, '{"title": "Rest"}', **self.ONCE).json() == {"imported": 1}


def test_an_import_is_among_the_changes(miguel: TestClient) -> None:
    since = miguel.get("/tasks/changes").json()["next"]
    bring(miguel, '{"title": "Rest"}\n{"title": "Work"}\n')
    changes = miguel.get(f"/tasks/changes?since={since}").json()["changes"]
    assert [change["task"]["title"] for change in changes] == ["Rest", "Work"]


def test_a_file_without_tasks_changes_nothing(miguel: TestClient) -> None:
    for content, media_type in (("\n \n", LINES), ("title,done\r\n", CSV)):
        assert bring(miguel, content, media_type).json() == {"imported": 0}
    assert everything(miguel) == []


def test_a_list_belongs_to_one_user(miguel: TestClient, susan: TestClient) -> None:
    bring(miguel, '{"title": "Rest"}\n')
    assert everything(susan) == []
    assert [task["title"] for task in everything(miguel)] == ["Rest"]


def test_each_imported_task_is_a_change_of_its_own(miguel: TestClient, database: Database) -> None:
    before = miguel.get("/tasks").headers["ETag"]
    bring(miguel, '{"title": "Rest"}\n' * 3)
    assert miguel.get("/tasks").headers["ETag"] != before
    with database.snapshot() as db:
        changes = [value for (value,) in db.all(text("SELECT change FROM tasks ORDER BY id"))]
        last = db.scalar(text("SELECT last_change FROM lists"))
    assert changes == [last - 2, last - 1, last]


def test_the_list_is_sorted_by_the_times_that_tasks_bring_along(miguel: TestClient) -> None:
    for year in (2003, 2001, 2002):
        bring(miguel, f'{{"title": "{year}", "created_at": "{year}-01-01T00:00:00Z"}}')
    page = miguel.get("/tasks?sort=created_at&limit=2").json()
    rest = miguel.get("/tasks", params={"sort": "created_at", "cursor": page["next_cursor"]}).json()
    found = [task["title"] for task in page["tasks"] + rest["tasks"]]
    assert found == ["2001", "2002", "2003"]


def test_a_task_may_come_from_where_the_clock_is_ahead(
    miguel: TestClient, susan: TestClient, database: Database
) -> None:
    with database.transaction() as db:
        ahead = times.ago(-timedelta(minutes=5))
        db.execute(text("UPDATE lists SET last_changed_at = :ahead"), {"ahead": ahead})
    assert miguel.post("/tasks", json={"title": "Rest"}).json()["task"]["created_at"] == ahead
    assert bring(susan, export(miguel).content).json() == {"imported": 1}


def test_an_instant_of_any_offset_is_kept_in_utc(miguel: TestClient) -> None:
    times = {"created_at": "2001-01-01T01:00:00+01:00", "completed_at": "2002-01-01T00:00:00Z"}
    bring(miguel, json.dumps({"title": "Rest", "done": True, **times}))
    [task] = everything(miguel)
    assert task["created_at"] == "2001-01-01T00:00:00.000000Z"
    assert task["completed_at"] == "2002-01-01T00:00:00.000000Z"
