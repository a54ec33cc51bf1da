"""The security log: which events have a line, and what is in it."""

import json
import logging
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of, registered
from tests.support.commands import environment_with, installed_command
from tests.support.members import invite, new_list
from todo_api.application import create_app
from todo_api.contract import Caller, ContractApp
from todo_api.monitoring import security_log
from todo_api.monitoring.security_log import MOST_A_MINUTE, MOST_SUCCESSES_A_MINUTE
from todo_api.settings import Settings
from todo_api.storage import Database, select_user
from todo_api.throttling import Window

CALLER = Caller("192.0.2.7", "request-1")
REQUEST = {"X-Request-Id": "request-1"}


@pytest.fixture(autouse=True)
def fresh_samples(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read all lines, with nothing counted before."""
    caplog.set_level(logging.INFO, "todo_api.security")
    monkeypatch.setattr(security_log, "_samples", security_log._Samples())  # noqa: SLF001 - one for each test


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the lines of the test so far, without their times."""
    messages = [r.getMessage() for r in caplog.records if r.name == "todo_api.security"]
    found = [json.loads(message) for message in messages]
    for line in found:
        assert line.pop("time").endswith("Z")
    return found


def line_of(event: str, outcome: str, user: str | None, **details: object) -> dict[str, Any]:
    who = {"user": user, "client": "testclient", "request_id": "request-1"}
    return {"event": event, "outcome": outcome, **who, **details}


def test_what_happens_to_a_token_has_a_line_each(
    miguel: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    miguel.headers.update(REQUEST)
    token = miguel.post("/tokens", json={"name": "Phone", "scope": "read"}).json()["token"]
    assert miguel.delete(f"/tokens/{token['id']}").is_success
    assert token["secret"] not in caplog.text
    assert lines(caplog)[-2:] == [
        line_of("token_creation", "success", "miguel", token=token["id"], scope="read"),
        line_of("token_revocation", "success", "miguel", token=token["id"]),
    ]


def test_what_happens_to_the_members_of_a_list_has_a_line_each(
    miguel: TestClient, susan: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen = new_list(miguel)["id"]
    for client in (miguel, susan):
        client.headers.update(REQUEST)
        assert client.get("/lists").is_success
    invitation = invite(miguel, kitchen)
    before = len(lines(caplog)) - 1
    path = f"/lists/{kitchen}/members/susan"
    for _ in range(2):  # the second time is nothing new
        code = {"code": invitation["code"]}
        assert susan.post("/invitations/redeem", json=code).is_success
        assert miguel.put(path, json={"role": "viewer"}).is_success
    assert miguel.delete(path).is_success
    assert invitation["code"] not in caplog.text
    of_susan = {"list": kitchen, "member": "susan"}
    invited = {"list": kitchen, "invitation": invitation["id"], "role": "editor"}
    assert lines(caplog)[before:] == [
        line_of("list_invitation", "success", "miguel", **invited),
        line_of("list_joining", "success", "susan", list=kitchen, role="editor"),
        line_of("role_change", "success", "miguel", **of_susan, role="viewer"),
        line_of("member_removal", "success", "miguel", **of_susan),
    ]


class Lookout(logging.Handler):
    """Notes what another connection to the database sees when a line is written."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.seen: list[tuple[str, bool, int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = json.loads(record.getMessage())["event"]
        with self._database.snapshot() as db:
            is_there = select_user(db, "miguel") is not None
            tokens = db.scalar(text("SELECT count(*) FROM tokens"))
        self.seen.append((event, is_there, tokens))


def test_a_line_is_written_when_what_it_tells_is_stored(
    miguel: TestClient, database: Database
) -> None:
    assert miguel.get("/tokens").is_success  # the login has its own line
    lookout = Lookout(database)
    security_log.LOGGER.addHandler(lookout)
    try:
        token = miguel.post("/tokens", json={"name": "Phone", "scope": "read"}).json()["token"]
        assert miguel.delete(f"/tokens/{token['id']}").is_success
        assert miguel.delete("/users/miguel").is_success
    finally:
        security_log.LOGGER.removeHandler(lookout)
    assert lookout.seen == [
        ("token_creation", True, 1),
        ("token_revocation", True, 0),
        ("account_deletion", False, 0),
    ]


def test_a_token_that_is_nobodys_has_a_line(
    app: ContractApp, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = client_of(app)
    stranger.headers.update(REQUEST | {"Authorization": "Bearer todo_guess"})
    assert stranger.get("/tasks").status_code == 401
    assert lines(caplog) == [line_of("login", "failure", None, reason="token")]


def test_a_quota_that_is_met_has_a_line(
    settings: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(replace(settings, max_tasks=1))
    with TestClient(app):
        miguel = registered(app, database, "miguel")
        miguel.headers.update(REQUEST)
        assert miguel.post("/tasks", json={"title": "Read"}).status_code == 201
        assert miguel.post("/tasks", json={"title": "Write"}).status_code == 403
    assert lines(caplog)[-1] == line_of("quota", "refused", "miguel", reason="tasks")


def test_what_happens_to_an_account_has_a_line_each(
    app: ContractApp, caplog: pytest.LogCaptureFixture
) -> None:
    newcomer = {"username": "susan", "password": "Pizza is not a fruit!"}
    anonymous = client_of(app)
    anonymous.headers.update(REQUEST)
    susan = client_of(app, "susan", newcomer["password"])
    susan.headers.update(REQUEST)
    anonymous.post("/users", json=newcomer)
    susan.get("/tasks")
    susan.put("/users/susan", json={"email": "susan@example.com"})
    wrong = {"password": PASSWORD, "current_password": "a guess"}
    susan.put("/users/susan", json=wrong)
    susan.put("/users/susan", json=wrong | {"current_password": newcomer["password"]})
    susan.auth = ("susan", PASSWORD)
    susan.delete("/users/susan")
    assert lines(caplog) == [
        line_of("registration", "success", "susan"),
        line_of("email_change", "success", "susan"),
        line_of("password_change", "failure", "susan"),
        line_of("password_change", "success", "susan"),
        line_of("account_deletion", "success", "susan"),
    ]


def test_a_login_has_a_line_and_what_is_remembered_has_none(
    miguel: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        assert miguel.get("/tasks", headers=REQUEST).status_code == 200
    assert lines(caplog) == [line_of("login", "success", "miguel")]


@pytest.mark.usefixtures("miguel")
def test_a_failed_login_and_one_that_is_throttled_have_a_line(
    app: ContractApp, caplog: pytest.LogCaptureFixture
) -> None:
    for guess in range(6):
        client_of(app, "miguel", f"guess {guess}").get("/tasks", headers=REQUEST)
    assert lines(caplog) == [
        *[line_of("login", "failure", "miguel")] * 5,
        line_of("login", "refused", "miguel", reason="too many failures"),
    ]


def test_a_name_that_is_nobodys_is_not_written(
    app: ContractApp, caplog: pytest.LogCaptureFixture
) -> None:
    client_of(app, "my secret password", "miguel").get("/tasks", headers=REQUEST)
    assert lines(caplog) == [line_of("login", "failure", None)]


def test_registration_that_is_closed_and_requests_beyond_a_limit_have_a_line(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    limited = replace(settings, registration=False, address_rate_limit=Window(1, 60))
    with client_of(create_app(limited)) as anonymous:
        body = {"username": "susan", "password": PASSWORD}
        assert anonymous.post("/users", json=body, headers=REQUEST).status_code == 403
        assert anonymous.get("/healthz", headers=REQUEST).status_code == 429
    assert lines(caplog) == [
        line_of("registration", "refused", None, reason="closed"),
        line_of("request", "refused", None, reason="more than the address's limit"),
    ]


def test_no_text_begins_a_line_of_its_own_or_is_long(caplog: pytest.LogCaptureFixture) -> None:
    odd = 'a"b\\c\n{"event": "login"}\r\x1b[2J\x7f\u2028\u202e\x85é' + "x" * 1000
    security_log.record("login", Caller(odd, odd), "failure", user=odd, reason=odd)
    [message] = [r.getMessage() for r in caplog.records]
    assert message.isascii()
    assert message.isprintable()
    [line] = lines(caplog)
    assert line["reason"] == odd[:100]


def test_a_flood_has_a_number_of_lines_and_one_that_counts_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(1000):
        security_log.record("login", CALLER, "failure")
    security_log.record("request", CALLER, "refused")
    security_log.flush_security_log()
    found = lines(caplog)
    failures = [line for line in found if line["outcome"] == "failure"]
    assert len(failures) == MOST_A_MINUTE + 1
    assert failures[-1] == {"event": "login", "outcome": "failure", "left_out": 940}
    assert len(found) == len(failures) + 1


def test_a_busy_user_has_a_number_of_lines_and_hides_nobody_elses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(1000):
        security_log.record("token_creation", CALLER, user="susan")
        security_log.record("account_deletion", CALLER)
    security_log.record("token_creation", CALLER, user="david")
    security_log.flush_security_log()
    found = [line | {"request_id": ""} for line in lines(caplog)]
    assert len([line for line in found if line.get("user") == "susan"]) == MOST_A_MINUTE
    assert len([line for line in found if line.get("user") == "david"]) == 1
    assert [(line["source"], line["left_out"]) for line in found[-2:]] == [
        ("susan", 940),
        ("192.0.2.7", 940),
    ]
    assert len(found) == 2 * MOST_A_MINUTE + 1 + 2


def test_many_sources_have_a_number_of_lines_together(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1000):
        security_log.record("registration", CALLER, user=f"user-{number}")
    security_log.flush_security_log()
    *written, last = lines(caplog)
    assert len(written) == MOST_SUCCESSES_A_MINUTE
    assert last == {"event": "registration", "outcome": "success", "left_out": 400}


def test_what_was_left_out_is_told_when_the_minute_ends_though_nobody_comes(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_log, "_MINUTE", 0.2)
    for _ in range(70):
        security_log.record("login", CALLER, "failure")
    timer = security_log._samples._timer  # noqa: SLF001 - there is nothing else to wait for
    assert timer is not None
    timer.join(30)
    assert lines(caplog)[-1] == {"event": "login", "outcome": "failure", "left_out": 10}


def test_where_nobody_reads_the_log_an_event_costs_nothing(miguel: TestClient) -> None:
    logging.getLogger("todo_api.security").setLevel(logging.WARNING)
    assert miguel.get("/tasks").status_code == 200
    assert not security_log.LOGGER.isEnabledFor(logging.INFO)


@pytest.mark.parametrize(("setting", "expected"), [("on", 3), ("off", 0)])
def test_serve_writes_the_lines_to_standard_error(
    tmp_path: Path, setting: str, expected: int
) -> None:
    settings = {"TODO_DATABASE_URL": f"sqlite:///{tmp_path}/todo.db", "TODO_PORT": "0"}
    settings |= {
        "TODO_CREATE_DATABASE": "true",
        "TODO_REGISTRATION": "open",
        "TODO_SECURITY_LOG": setting,
    }
    with (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen(
            [installed_command(), "serve"],
            env=environment_with(**settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    address = process.stdout.readline().split()[1]
    body = {"username": "susan", "password": PASSWORD}
    assert httpx2.post(f"{address}users", json=body).status_code == 201
    assert httpx2.get(f"{address}tasks", auth=("susan", "a guess")).status_code == 401
    assert httpx2.delete(f"{address}users/susan", auth=("susan", PASSWORD)).status_code == 200
    process.terminate()
    process.wait(20)
    process.stdout.close()
    written = [json.loads(line) for line in (tmp_path / "errors").read_text().splitlines()]
    events = ["registration", "login", "account_deletion"]
    assert [line["event"] for line in written] == events[:expected]
    assert all(line["client"] == "127.0.0.1" for line in written)
