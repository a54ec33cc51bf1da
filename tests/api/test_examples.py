"""The document's examples tell one story, which this test plays request by request."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.contract import DOCUMENT, EXAMPLES
from tests.support.worst_cases import words
from todo_api import times
from todo_api.application import create_app
from todo_api.cli.demo_data import insert_demo
from todo_api.settings import Settings
from todo_api.site import DemoUser
from todo_api.stopping import Stopping
from todo_api.storage import Database
from todo_api.storage.lists import id_before

OBJECTS = {
    name: example["value"]
    for name, example in EXAMPLES.items()
    if isinstance(example["value"], dict)
}
ERRORS = {name: value for name, value in OBJECTS.items() if "error" in value}
PROBLEMS = {name: value for name, value in ERRORS.items() if "type" in value}
"""One for each status: an error in its other form."""
SENT = {
    name
    for body in DOCUMENT["components"]["requestBodies"].values()
    for content in body["content"].values()
    for name in (reference["$ref"].rpartition("/")[2] for reference in content["examples"].values())
}

MIGUEL = ("miguel", "python")
SUSAN = ("susan", "Pizza is not a fruit!")

ONCE = {"headers": {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}}
AS_TEXT = {"Content-Type": "text/plain"}
AS_LINES = {"Content-Type": "application/jsonl"}
AS_CALENDAR = {"Content-Type": "text/calendar"}
AS_TABLE = {"Content-Type": "text/csv"}
AS_PROGRAM = {"headers": {"Authorization": "Bearer {secret}"}}
AS_JSON = {"headers": {"Content-Type": "application/json"}}
AS_PATCH = {"headers": {"Content-Type": "application/merge-patch+json"}}

MEMBERS = "/lists/{list_id}/members"
INVITATIONS = "/lists/{list_id}/invitations"

STORY: list[tuple[str, str, str, dict[str, Any]]] = [
    # What is answered, to which request; what stands in a request by name is sent.
    ("Fine", "GET", "/healthz", {}),
    ("Fine", "GET", "/readyz", {}),
    ("Unauthorized", "GET", "/tasks", {}),
    ("UnauthorizedScript", "GET", "/tasks", {"headers": {"X-Requested-With": "XMLHttpRequest"}}),
    ("OtherSite", "DELETE", "/tasks/2", {"headers": {"Sec-Fetch-Site": "cross-site"}}),
    ("TwoTasks", "GET", "/tasks", {"auth": MIGUEL}),
    ("EverythingSoFar", "GET", "/tasks/changes", {"auth": MIGUEL}),
    ("LearnPython", "GET", "/tasks/2", {"auth": MIGUEL}),
    ("FirstOfTwo", "GET", "/tasks?limit=1", {"auth": MIGUEL}),
    ("LinesOfTwo", "GET", "/tasks/export", {"auth": MIGUEL}),
    ("DocumentOfTwo", "GET", "/tasks/export?format=json", {"auth": MIGUEL}),
    ("TableOfTwo", "GET", "/tasks/export", {"auth": MIGUEL, "headers": {"Accept": "text/csv"}}),
    (
        "CalendarOfTwo",
        "GET",
        "/tasks/export",
        {"auth": MIGUEL, "headers": {"Accept": "text/calendar"}},
    ),
    ("BookToRead", "POST", "/tasks", {"auth": MIGUEL, "json": "ReadABook", **ONCE}),
    ("BookToRead", "POST", "/tasks", {"auth": MIGUEL, "json": "ReadABook", **ONCE}),
    ("KeyReused", "POST", "/tasks", {"auth": MIGUEL, "json": "WriteASequel", **ONCE}),
    ("PythonLearned", "PUT", "/tasks/2", {"auth": MIGUEL, "json": "Done"}),
    ("NotFound", "GET", "/tasks/4", {"auth": MIGUEL}),
    ("", "POST", "/tasks", {"auth": MIGUEL, "json": "WriteASequel"}),
    ("SequelIsUrgent", "PATCH", "/tasks/4", {"auth": MIGUEL, "json": "Urgent", **AS_PATCH}),
    ("", "PATCH", "/tasks/4", {"auth": MIGUEL, "json": "Relaxed", **AS_PATCH}),
    ("TwoLabels", "GET", "/labels", {"auth": MIGUEL}),
    ("BookAnnounced", "POST", "/labels/rename", {"auth": MIGUEL, "json": "ToBook"}),
    ("BadRenaming", "POST", "/labels/rename", {"auth": MIGUEL, "json": {"new_name": "x" * 51}}),
    ("", "PUT", "/tasks/1", {"auth": MIGUEL, "json": "SecondThoughts"}),
    (
        "PreconditionFailed",
        "DELETE",
        "/tasks/4",
        {"auth": MIGUEL, "headers": {"If-Match": '"9007199254740991"'}},
    ),
    ("ThrownAway", "DELETE", "/tasks/4", {"auth": MIGUEL}),
    ("SincePython", "GET", "/tasks/changes?since={next}", {"auth": MIGUEL}),
    ("NothingNew", "GET", "/tasks/changes?since={next}", {"auth": MIGUEL}),
    ("SequelInTrash", "GET", "/trash", {"auth": MIGUEL}),
    ("SequelIsBack", "POST", "/trash/4/restore", {"auth": MIGUEL}),
    ("SequelIsBack", "POST", "/trash/4/restore", {"auth": MIGUEL}),
    ("ThrownAway", "DELETE", "/tasks/4", {"auth": MIGUEL}),
    ("Gone", "DELETE", "/trash", {"auth": MIGUEL}),
    ("NothingInTrash", "GET", "/trash", {"auth": MIGUEL}),
    ("BadToken", "GET", "/tasks/changes?since=V2hhdCBkaWQgSSBtaXNzPyBbMCwgMF0", {"auth": MIGUEL}),
    ("BookFirst", "POST", "/tasks/3/move", {"auth": MIGUEL, "json": "ToTheFront"}),
    ("NextToItself", "POST", "/tasks/3/move", {"auth": MIGUEL, "json": {"after": 3}}),
    ("TidiedUp", "POST", "/tasks/batch", {"auth": MIGUEL, "json": "TidyUp"}),
    (
        "MissingInBatch",
        "POST",
        "/tasks/batch",
        {"auth": MIGUEL, "json": {"operations": [{"delete": {"id": 4}}]}},
    ),
    (
        "ChangedInBatch",
        "POST",
        "/tasks/batch",
        {"auth": MIGUEL, "json": {"operations": [{"update": {"id": 3, "if_match": '"0"'}}]}},
    ),
    (
        "BadBatch",
        "POST",
        "/tasks/batch",
        {
            "auth": MIGUEL,
            "json": {"operations": [{"create": {}}, {"update": {"id": 3}, "delete": {"id": 3}}]},
        },
    ),
    (
        "BadKey",
        "POST",
        "/tasks/batch",
        {"auth": MIGUEL, "json": "TidyUp", "headers": {"Idempotency-Key": "x" * 256}},
    ),
    (
        "TooManyWords",
        "POST",
        "/tasks/batch",
        {
            "auth": MIGUEL,
            "json": {"operations": [{"create": {"title": "x", "description": words(10_000)}}] * 5},
        },
    ),
    ("NoSuchParent", "PUT", "/tasks/3", {"auth": MIGUEL, "json": {"parent_id": 4}}),
    ("PartOfItself", "PUT", "/tasks/3", {"auth": MIGUEL, "json": {"parent_id": 3}}),
    ("TooMany", "GET", "/tasks?limit=101", {"auth": MIGUEL}),
    ("BadCursor", "GET", "/tasks?cursor=WmV0ZXRpYyBjb25zdHJhaW50cyBbMiwgMl0", {"auth": MIGUEL}),
    ("BadRequest", "GET", "/tasks/1?colour=red", {"auth": MIGUEL}),
    ("BadTask", "POST", "/tasks", {"auth": MIGUEL, "json": {"title": "x" * 201, "urgent": True}}),
    ("NotJson", "POST", "/tasks", {"auth": MIGUEL, "content": "title=Read", **AS_JSON}),
    ("MissingBody", "POST", "/tasks", {"auth": MIGUEL}),
    ("UnexpectedBody", "DELETE", "/tasks/1", {"auth": MIGUEL, "content": "now"}),
    ("NotAcceptable", "GET", "/tasks", {"headers": {"Accept": "text/html"}}),
    ("UnsupportedMediaType", "POST", "/tasks", {"auth": MIGUEL, "content": "title=Read"}),
    ("UnsupportedPatch", "PATCH", "/tasks/1", {"auth": MIGUEL, "content": "priority=3"}),
    ("ContentTooLarge", "POST", "/tasks", {"auth": MIGUEL, "json": {"title": "x" * 131_072}}),
    ("UriTooLong", "GET", "/tasks?_=" + "x" * 8192, {"auth": MIGUEL}),
    ("HeaderFieldsTooLarge", "GET", "/tasks", {"headers": {"Cookie": "x" * 16_384}}),
    ("NoSuchFormat", "GET", "/tasks/export", {"headers": {"Accept": "text/html"}}),
    (
        "HolidayPlanned",
        "POST",
        "/tasks/import",
        {"auth": MIGUEL, "content": "HolidayLines", "headers": AS_LINES},
    ),
    (
        "HolidayPlanned",
        "POST",
        "/tasks/import",
        {"auth": MIGUEL, "content": "HolidayTable", "headers": AS_TABLE},
    ),
    ("HolidayPlanned", "POST", "/tasks/import", {"auth": MIGUEL, "json": "HolidayDocument"}),
    (
        "HolidayPlannedByCalendar",
        "POST",
        "/tasks/import",
        {"auth": MIGUEL, "content": "HolidayCalendar", "headers": AS_CALENDAR},
    ),
    *(
        (
            "HolidayPlannedByBoard" if program == "trello" else "HolidayPlanned",
            "POST",
            f"/tasks/import?format={program}",
            {"auth": MIGUEL, "content": file, "headers": AS_TEXT},
        )
        for program, file in {
            "todotxt": "HolidayTodotxt",
            "todoist": "HolidayTodoist",
            "ticktick": "HolidayTickTick",
            "microsoft_to_do": "HolidayMicrosoftToDo",
            "google_tasks": "HolidayGoogleTasks",
            "trello": "HolidayTrello",
            "taskwarrior": "HolidayTaskwarrior",
        }.items()
    ),
    (
        "BadBoard",
        "POST",
        "/tasks/import?format=trello",
        {"auth": MIGUEL, "content": '{"boards": []}', "headers": AS_TEXT},
    ),
    ("NoForm", "POST", "/tasks/import", {"auth": MIGUEL, "content": "Rest", "headers": AS_TEXT}),
    (
        "BadImport",
        "POST",
        "/tasks/import",
        {
            "auth": MIGUEL,
            "content": '{"title": "Rest"}\n{"title": "Fly", "priority": 4}\nWork\n',
            "headers": AS_LINES,
        },
    ),
    (
        "ImportTooLarge",
        "POST",
        "/tasks/import",
        {"auth": MIGUEL, "content": " " * 4_194_305, "headers": AS_LINES},
    ),
    ("UnsupportedImport", "POST", "/tasks/import", {"auth": MIGUEL, "content": "x", **AS_PATCH}),
    ("", "POST", "/tasks", {"auth": MIGUEL, "json": "WaterThePlants"}),
    ("PlantsWatered", "PUT", "/tasks/28", {"auth": MIGUEL, "json": "Done"}),
    (
        "BadRule",
        "POST",
        "/tasks",
        {
            "auth": MIGUEL,
            "json": {
                "title": "Rest",
                "repeat": {"rule": "FREQ=DAILY;COUNT=2;UNTIL=20261231", "from": "due"},
            },
        },
    ),
    ("OneList", "GET", "/lists", {"auth": MIGUEL}),
    ("MyList", "GET", "/lists/1", {"auth": MIGUEL}),
    ("MyRenamedList", "PUT", "/lists/1", {"auth": MIGUEL, "json": "ListRenamed"}),
    ("OwnList", "DELETE", "/lists/1", {"auth": MIGUEL}),
    (
        "BadList",
        "POST",
        "/lists",
        {"auth": MIGUEL, "json": {"name": "Cabin", "time_zone": "Moon/Tranquility"}},
    ),
    ("KitchenList", "POST", "/lists", {"auth": MIGUEL, "json": "NewKitchen"}),
    ("NoSuchList", "POST", "/tasks/3/move", {"auth": MIGUEL, "json": {"list_id": 134217728}}),
    (
        "BookInTheKitchen",
        "POST",
        "/tasks/3/move",
        {"auth": MIGUEL, "json": {"list_id": "{list_id}"}},
    ),
    *[("", "POST", "/lists", {"auth": MIGUEL, "json": "NewSequel"})] * 48,
    ("TooManyLists", "POST", "/lists", {"auth": MIGUEL, "json": "NewSequel"}),
    (
        "NoSuchList",
        "POST",
        "/tasks",
        {"auth": MIGUEL, "json": {"title": "Cook", "list_id": 134217728}},
    ),
    (
        "NoSuchListToImportInto",
        "POST",
        "/tasks/import?list_id=134217728",
        {"auth": MIGUEL, "content": "HolidayLines", "headers": AS_LINES},
    ),
    ("Miguel", "GET", "/users/miguel", {"auth": MIGUEL}),
    ("MiguelMoved", "PUT", "/users/miguel", {"auth": MIGUEL, "json": "NewAddress"}),
    ("", "PUT", "/users/miguel", {"auth": MIGUEL, "json": "NoAddress"}),
    ("Susan", "POST", "/users", {"json": "NewSusan"}),
    ("NothingToDo", "GET", "/tasks", {"auth": SUSAN}),
    ("KitchenInvitation", "POST", INVITATIONS, {"auth": MIGUEL, "json": "InviteACook"}),
    ("OneInvitation", "GET", INVITATIONS, {"auth": MIGUEL}),
    ("BadCode", "POST", "/invitations/redeem", {"auth": SUSAN, "json": {}}),
    ("NobodyInvited", "POST", "/invitations/redeem", {"auth": SUSAN, "json": "MistypedCode"}),
    ("KitchenOffered", "POST", "/invitations/look", {"auth": SUSAN, "json": {"code": "{code}"}}),
    ("SharedKitchen", "POST", "/invitations/redeem", {"auth": SUSAN, "json": {"code": "{code}"}}),
    ("KitchenMembers", "GET", MEMBERS, {"auth": SUSAN}),
    ("OwnersOnly", "PUT", "/lists/{list_id}", {"auth": SUSAN, "json": "ListRenamed"}),
    ("SusanReads", "PUT", f"{MEMBERS}/susan", {"auth": MIGUEL, "json": "OnlyToRead"}),
    (
        "OnlyRead",
        "POST",
        "/tasks/import?list_id={list_id}",
        {"auth": SUSAN, "content": "HolidayLines", "headers": AS_LINES},
    ),
    (
        "OnlyReadInBatch",
        "POST",
        "/tasks/batch",
        {"auth": SUSAN, "json": {"operations": [{"update": {"id": "{task_id}", "done": True}}]}},
    ),
    ("BadMember", "PUT", f"{MEMBERS}/susan", {"auth": MIGUEL, "json": {"role": "cook"}}),
    (
        "BadInvitation",
        "POST",
        INVITATIONS,
        {"auth": MIGUEL, "json": {"role": "owner", "expires_in_days": 31}},
    ),
    ("OwnListStaysYours", "DELETE", "/lists/1/members/miguel", {"auth": MIGUEL}),
    ("OwnerStays", "DELETE", f"{MEMBERS}/miguel", {"auth": MIGUEL}),
    *[("", "POST", INVITATIONS, {"auth": MIGUEL, "json": "InviteAGuest"})] * 20,
    ("TooManyInvitations", "POST", INVITATIONS, {"auth": MIGUEL, "json": "InviteAGuest"}),
    ("", "PUT", f"{MEMBERS}/susan", {"auth": MIGUEL, "json": "NextOwner"}),
    ("", "POST", "/lists", {"auth": MIGUEL, "json": {"name": "The last one"}}),
    (
        "NewOwnerHasTooManyLists",
        "PUT",
        f"{MEMBERS}/miguel",
        {"auth": SUSAN, "json": "NextOwner"},
    ),
    ("", "POST", "/users", {"json": "NewShy"}),
    ("UsernameTaken", "POST", "/users", {"json": "NewSusan"}),
    ("BadUser", "POST", "/users", {"json": {"username": "eve", "password": "password1"}}),
    (
        "BadUserChanges",
        "PUT",
        "/users/miguel",
        {"auth": MIGUEL, "json": {"password": "password1", "current_password": "python"}},
    ),
    (
        "NotCurrentPassword",
        "PUT",
        "/users/miguel",
        {"auth": MIGUEL, "json": {"password": "two pugs in a wig", "current_password": "cobra"}},
    ),
    ("TabletConnected", "POST", "/tokens", {"auth": MIGUEL, "json": "KitchenTablet"}),
    ("Tablet", "GET", "{uri}", {"auth": MIGUEL}),
    ("OneToken", "GET", "/tokens", {"auth": MIGUEL}),
    (
        "BadNewToken",
        "POST",
        "/tokens",
        {"auth": MIGUEL, "json": {"name": "Clock", "scope": "all", "expires_in_days": 367}},
    ),
    ("", "POST", "/tokens", {"auth": MIGUEL, "json": "NightlyBackup"}),
    ("InsufficientScope", "POST", "/tasks", {"json": "ReadABook", **AS_PROGRAM}),
    *[("", "POST", "/tokens", {"auth": MIGUEL, "json": "NightlyBackup"})] * 98,
    ("TooManyTokens", "POST", "/tokens", {"auth": MIGUEL, "json": "NightlyBackup"}),
    ("DemoAccount", "PUT", "/users/miguel", {"auth": MIGUEL, "json": "NewPassword"}),
    ("DemoAccount", "DELETE", "/users/miguel", {"auth": MIGUEL}),
]
TOLD_ANEW = {
    *("created_at", "updated_at", "completed_at", "deleted_at"),
    *("next_cursor", "next", "etag"),
}
TOLD_ANEW_OF_ANOTHER_LIST = TOLD_ANEW | {"id", "uri", "list_id"}
TOLD_ANEW_OF_A_LIST = TOLD_ANEW | {"id", "uri", "tasks_uri", "version"}
TOLD_ANEW_OF_A_LIST |= {"joined_at"}  # of a member
TOLD_ANEW_OF_AN_INVITATION = TOLD_ANEW_OF_A_LIST | {"expires_at", "secret", "code"}
TOLD_ANEW_OF_A_TOKEN = TOLD_ANEW | {"id", "uri", "expires_at", "secret"}
ELSEWHERE = {
    "TokenTooOld",
    "RegistrationClosed",
    "InternalServerError",
    "ServiceUnavailable",
    "SlowBody",
    "StillRunning",
    "TooManyFromYou",
    "TooManyKeys",
    "TooManyMembers",
    "TooManySharedLists",
    "NewOwnerHasTooManyTasks",
    "NewOwnerHasTooMuchText",
    "TooManyRequests",
    "TooManyRegistrations",
    "TooManyTasks",
    "TooMuchText",
    "TooSlow",
    "Stopping",
    "OtherSchema",
}
"""Examples that need another service or another time: each has a test of its own."""


@pytest.fixture
def story(database: Database, settings: Settings) -> Iterator[TestClient]:
    with database.transaction() as db:
        insert_demo(db, settings)
        db.execute(text("UPDATE users SET email = 'miguel@example.com'"))
    with client_of(settings) as client:
        yield client


def client_of(settings: Settings) -> TestClient:
    return TestClient(
        create_app(settings, demo=DemoUser("miguel", "python")),
        "http://localhost:5000/todo/api/v1.0",
        raise_server_exceptions=False,
    )


def assert_answers(
    client: TestClient,
    name: str,
    method: str,
    path: str,
    **request: Any,  # noqa: ANN401
) -> httpx2.Response:
    """Assert that a request is answered by the example of this name, and by it as a problem."""
    for kind in ("json", "content"):
        if isinstance(request.get(kind), str) and request[kind] in SENT:
            request[kind] = EXAMPLES[request[kind]]["value"]
    response = client.request(method, path, **request)
    if not name:
        assert response.is_success, response.text
        return response
    if isinstance(EXAMPLES[name]["value"], str):
        assert timeless_text(response.text) == timeless_text(EXAMPLES[name]["value"])
        return response
    assert timeless(response.json()) == timeless(EXAMPLES[name]["value"])
    if response.is_error and response.status_code != httpx2.codes.NOT_ACCEPTABLE:
        accept = {"Accept": "application/problem+json"}
        request["headers"] = {**request.get("headers", {}), **accept}
        response = client.request(method, path, **request)
        assert response.json() == as_problem(EXAMPLES[name]["value"], response.status_code)
    return response


def as_problem(error: dict[str, Any], status: int) -> dict[str, Any]:
    """Return the other form of an error."""
    return {"type": f"/problems#{status}", "title": error["error"], "status": status, **error}


def timeless_text(text: str) -> str:
    """Return a text without its times and its UIDs."""
    return re.sub(r"\d{4}-?\d\d-?\d\dT[\d:.]+Z|(?<=UID:)\S+", "…", text)


def timeless(value: Any) -> Any:  # noqa: ANN401 - JSON is any value
    """Return a value without what differs each time the story is played."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        told_anew = TOLD_ANEW
        for member, of_those in (
            ("scope", TOLD_ANEW_OF_A_TOKEN),
            ("role", TOLD_ANEW_OF_A_LIST),
            ("expires_at", TOLD_ANEW_OF_AN_INVITATION),
        ):
            told_anew = of_those if member in value else told_anew
        if value.get("list_id", 1) != 1:
            told_anew |= TOLD_ANEW_OF_ANOTHER_LIST
        return {
            name: "…" if member and name in told_anew else timeless(member)
            for name, member in value.items()
        }
    return value


def filled(value: Any, told: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON is any value
    """Return a value with what has been told, where it names that."""
    if isinstance(value, dict):
        return {name: filled(member, told) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(item, told) for item in value]
    named = isinstance(value, str) and value[:1] == "{" and value[1:-1] in told
    return told[value[1:-1]] if named else value


def test_the_story_happens_as_the_examples_tell_it(story: TestClient) -> None:
    told: dict[str, Any] = {"next": "", "uri": "", "secret": "", "code": ""}
    for name, method, path, request in STORY:
        headers = {field: text.format(**told) for field, text in request.get("headers", {}).items()}
        request_ = {**filled(request, told), "headers": headers}
        answer = assert_answers(story, name, method, path.format(**told), **request_)
        if answer.headers["Content-Type"] == "application/json":
            told |= {
                "next": answer.json().get("next", told["next"]),
                **answer.json().get("token", {}),
                "code": answer.json().get("invitation", {}).get("code", told["code"]),
            }
        if name == "KitchenList":
            kitchen = answer.json()["list"]["id"]
            told |= {"list_id": kitchen, "task_id": id_before(kitchen) + 1}


def test_the_story_tells_every_example() -> None:
    answered = {name for name, *_ in STORY} | ELSEWHERE
    sent = {
        request[kind]
        for *_, request in STORY
        for kind in ("json", "content")
        if isinstance(request.get(kind), str)
    }
    assert sent >= SENT
    assert not EXAMPLES.keys() - answered - SENT - PROBLEMS.keys()


def test_each_problem_is_the_other_form_of_an_error() -> None:
    errors = [ERRORS[name] for name in ERRORS.keys() - PROBLEMS.keys()]
    for problem in PROBLEMS.values():
        assert problem in [as_problem(error, problem["status"]) for error in errors]


def test_a_token_from_too_long_ago_is_answered_as_the_example(
    story: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = story.get("/tasks/changes", auth=MIGUEL).json()["next"]
    story.delete("/tasks/1", auth=MIGUEL)
    monkeypatch.setattr(times, "now", lambda: "2099-01-01T00:00:00.000000Z")
    story.delete("/tasks/2", auth=MIGUEL)
    assert_answers(story, "TokenTooOld", "GET", f"/tasks/changes?since={token}", auth=MIGUEL)


def test_a_service_without_registration_answers_as_its_example(database_url: str) -> None:
    with client_of(Settings(database_url=database_url)) as client:
        assert_answers(client, "RegistrationClosed", "POST", "/users", json="NewSusan")


def test_a_service_without_its_database_answers_as_the_example(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nowhere = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    with client_of(nowhere) as client:
        assert_answers(client, "ServiceUnavailable", "GET", "/readyz")
    assert "is unavailable" in caplog.text


def test_a_service_that_fails_answers_as_the_example(database: Database, database_url: str) -> None:
    with client_of(Settings(database_url=database_url)) as client:
        with database.transaction() as db:
            db.execute(text("ALTER TABLE users RENAME TO people"))
        assert_answers(client, "InternalServerError", "GET", "/tasks", auth=MIGUEL)


def test_a_service_that_stops_answers_as_the_example(database_url: str) -> None:
    stopping = Stopping()
    stopping.begin()
    app = create_app(Settings(database_url=database_url), stopping=stopping)
    with TestClient(app, "http://localhost/todo/api/v1.0") as client:
        assert_answers(client, "Stopping", "GET", "/readyz")


def test_a_service_on_a_database_of_another_version_answers_as_the_example(
    database: Database, database_url: str
) -> None:
    with client_of(Settings(database_url=database_url)) as client:
        with database.transaction() as db:
            db.execute(text("UPDATE todo_api_revision SET version_num = '9999'"))
        assert_answers(client, "OtherSchema", "GET", "/readyz")
