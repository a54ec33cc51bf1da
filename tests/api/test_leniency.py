"""What is unambiguous is taken, however a client's language spells it; the rest is explained."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem

TITLE = {"title": "Read a book", "done": True}


@pytest.fixture
def task(miguel: TestClient) -> dict[str, Any]:
    """A task as it was read."""
    created: dict[str, Any] = miguel.post("/tasks", json=TITLE).json()["task"]
    return created


def respelled(moment: str, how: str) -> str:
    """Spell a time as other languages do."""
    parsed = datetime.fromisoformat(moment)
    return {
        "python": parsed.isoformat(),
        "javascript": parsed.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "seconds": parsed.isoformat(timespec="seconds"),
        "dotnet": f"{moment.removesuffix('Z')}0+00:00",
        "go": moment.removesuffix("Z").rstrip("0").rstrip(".") + "Z",
        "elsewhere": parsed.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(),
        "ruby": parsed.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
    }[how]


@pytest.mark.parametrize(
    "how", ["python", "javascript", "seconds", "dotnet", "go", "elsewhere", "ruby"]
)
def test_a_task_is_sent_back_as_a_language_spells_its_times(
    miguel: TestClient, task: dict[str, Any], how: str
) -> None:
    for name in ("created_at", "updated_at", "completed_at"):
        read = miguel.get(f"/tasks/{task['id']}").json()["task"]
        answer = miguel.put(f"/tasks/{task['id']}", json={**read, name: respelled(read[name], how)})
        assert answer.status_code == 200, answer.text


def test_a_time_that_is_another_is_refused(miguel: TestClient, task: dict[str, Any]) -> None:
    for other in (
        "2026-01-01T00:00:00Z",
        task["created_at"].replace("Z", "+01:00"),
        task["created_at"].replace("Z", "1Z"),
        "yesterday",
        "9999-99-99T00:00:00Z",
        "",
    ):
        answer = miguel.put(f"/tasks/{task['id']}", json={"created_at": other})
        assert_problem(answer, 400, "/created_at")


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1", "http://localhost:80", "HTTP://LOCALHOST", "http://[::1]"],
)
def test_a_task_is_sent_back_by_another_name_of_this_machine(
    miguel: TestClient, task: dict[str, Any], address: str
) -> None:
    uri = task["uri"].replace("http://localhost", address)
    assert miguel.put(f"/tasks/{task['id']}", json={"uri": uri}).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("localhost", "elsewhere.example"),
        ("localhost", "localhost:81"),
        ("localhost", "[::"),
        ("http:", "https:"),
        ("/tasks/1", "/tasks/2"),
    ],
)
def test_a_uri_that_is_another_is_refused(
    miguel: TestClient, task: dict[str, Any], old: str, new: str
) -> None:
    answer = miguel.put(f"/tasks/{task['id']}", json={"uri": task["uri"].replace(old, new)})
    assert_problem(answer, 400, "/uri")


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
def test_a_patch_may_be_sent_as_plain_json(
    miguel: TestClient, task: dict[str, Any], media_type: str
) -> None:
    headers = {"Content-Type": media_type}
    patch = '{"description": null, "priority": 3}'
    answer = miguel.patch(f"/tasks/{task['id']}", content=patch, headers=headers)
    assert (answer.json()["task"]["description"], answer.json()["task"]["priority"]) == ("", 3)


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
@pytest.mark.usefixtures("task")
def test_a_boolean_may_be_written_as_in_python(miguel: TestClient, value: str) -> None:
    assert len(miguel.get(f"/tasks?done={value}").json()["tasks"]) == 1


@pytest.mark.usefixtures("task")
def test_an_offset_may_lack_its_colon(miguel: TestClient) -> None:
    for offset in ("%2B0100", "-0330", "%2B01:00", "Z"):
        answer = miguel.get(f"/tasks?updated_since=2026-11-24T10:00:00.5{offset}")
        assert len(answer.json()["tasks"]) == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "updated_since=2026-11-24T10:00:00",
            "Write a date and a time with its offset from UTC, such as 2026-11-24T10:00:00Z.",
        ),
        (
            "updated_since=2026-11-24T10:00:00+0100",
            "In a URL, + stands for a space: write it as %2B.",
        ),
        ("done=yes", "This must be true or false."),
    ],
)
def test_what_is_ambiguous_is_explained(miguel: TestClient, query: str, sentence: str) -> None:
    [fault] = miguel.get(f"/tasks?{query}").json()["errors"]
    assert fault["detail"] == sentence


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/tasks/", "/tasks/1/", "/users/", "/tasks/export/"])
def test_a_slash_too_many_is_pointed_out(miguel: TestClient, method: str, path: str) -> None:
    answer = miguel.request(method, path)
    assert_problem(answer, 404)
    assert answer.json()["detail"] == "Leave out the slash at the end of the path."


def test_a_weak_tag_is_explained(miguel: TestClient, task: dict[str, Any]) -> None:
    path = f"/tasks/{task['id']}"
    seen = miguel.get(path)
    assert "no-transform" in seen.headers["Cache-Control"]
    for request in (
        miguel.build_request("DELETE", path, headers={"If-Match": f"W/{seen.headers['ETag']}"}),
        miguel.build_request(
            "PUT", path, json=TITLE, headers={"If-Match": f"W/{seen.headers['ETag']}"}
        ),
    ):
        refused = miguel.send(request, auth=miguel.auth)
        assert_problem(refused, 412)
        assert "a proxy has compressed the answer" in refused.json()["detail"]
        assert refused.headers["ETag"] == seen.headers["ETag"]
    refused = miguel.delete(path, headers={"If-Match": '"1"'})
    assert "weak" not in refused.json()["detail"]
