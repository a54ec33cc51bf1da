"""What Prometheus is told, and the dashboard that shows it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.databases import Databases, SQLiteDatabases
from tests.support.processes import is_imported_by_the_application, running
from tests.support.sockets import free_port
from todo_api.storage import Database, insert_user

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"
QUERIES = [
    target["expr"]
    for panel in json.loads(DASHBOARD.read_text())["panels"]
    for target in panel["targets"]
]


@pytest.fixture
def scrape(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """What a service tells after a few requests."""
    url, port = databases.fresh(), free_port()
    database = Database(url)
    with database.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash=PASSWORD_HASH)
    database.close()
    with running(tmp_path / "log", url, TODO_METRICS_PORT=str(port)) as service:
        auth = ("miguel", PASSWORD)
        for _ in range(3):
            assert httpx2.get(f"{service.url}/tasks", auth=auth).status_code == 200
            answer = httpx2.post(f"{service.url}/tasks", auth=auth, json={"title": "Read"})
            assert answer.status_code == 201
        assert httpx2.get(f"{service.url}/tasks/7", auth=auth).status_code == 404
        assert httpx2.get(f"{service.url}/tasks", auth=("miguel", "guess")).status_code == 401
        assert httpx2.get(f"{service.origin}/nowhere").status_code == 404
        yield httpx2.get(f"http://127.0.0.1:{port}/metrics").text


def number_of(scrape: str, sample: str) -> float:
    """Return the value of a sample, named with its labels."""
    [value] = re.findall(rf"^{re.escape(sample)} (\S+)$", scrape, re.MULTILINE)
    return float(value)


def test_requests_are_counted_by_operation_and_status(scrape: str) -> None:
    for operation, status, count in (
        ("get_tasks", 200, 3),
        ("create_task", 201, 3),
        ("get_task", 404, 1),
        ("get_tasks", 401, 1),
        ("none", 404, 1),
    ):
        sample = f'todo_requests_total{{operation="{operation}",status="{status}"}}'
        assert number_of(scrape, sample) == count
    assert number_of(scrape, 'todo_request_seconds_count{operation="get_tasks"}') == 4
    assert number_of(scrape, 'todo_request_seconds_bucket{le="+Inf",operation="get_tasks"}') == 4


def test_logins_are_counted(scrape: str) -> None:
    for outcome in ("success", "failure"):
        sample = f'todo_security_events_total{{event="login",outcome="{outcome}"}}'
        assert number_of(scrape, sample) == 1


def test_the_state_of_the_process_is_told(scrape: str) -> None:
    assert number_of(scrape, "todo_threads") == 16
    assert number_of(scrape, "todo_queue") == 0
    assert number_of(scrape, "todo_logins_waiting") == 0
    assert number_of(scrape, "todo_swept_rows_total") == 0
    assert number_of(scrape, "todo_sweeps_total") <= 1
    assert number_of(scrape, "process_resident_memory_bytes") > 2**20
    on_sqlite = number_of(scrape, "todo_grouped_writes_total") == 3
    assert on_sqlite or number_of(scrape, "todo_database_connections") >= 1


def test_the_dashboard_asks_for_what_there_is(scrape: str, subtests: pytest.Subtests) -> None:
    samples = dict(re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", scrape, re.MULTILINE))
    for query in QUERIES:
        with subtests.test(query):
            names = re.findall(r"\b(?:todo|process)_\w+", query)
            assert names
            assert set(names) <= samples.keys()
            labels = {label for name in names for label in re.findall(r"(\w+)=", samples[name])}
            for grouped in re.findall(r"by \(([^)]*)\)", query):
                assert set(grouped.split(", ")) <= labels
            for chosen in re.findall(r"\{([^}]*)\}", query):
                assert set(re.findall(r"(\w+)=", chosen)) <= labels


def test_without_a_port_nothing_is_kept_and_nothing_imported(database_url: str) -> None:
    assert not is_imported_by_the_application("prometheus_client", database_url)


def test_a_port_that_is_taken_is_told(sqlite_databases: SQLiteDatabases, tmp_path: Path) -> None:
    url, port = sqlite_databases.fresh(), free_port()
    settings = {"TODO_METRICS_PORT": str(port)}
    with (
        running(tmp_path / "log", url, **settings),
        pytest.raises(AssertionError, match=f"Cannot give out metrics on 127.0.0.1, port {port}"),
        running(tmp_path / "other", url, **settings),
    ):
        pass
