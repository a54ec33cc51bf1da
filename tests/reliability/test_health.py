"""The probes: whether the process lives, and whether the service is ready for requests."""

import logging
import signal
import time
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.support.clients import client_of, settings_for
from tests.support.databases import Databases, SQLiteDatabases, postgresql_server
from tests.support.problems import assert_problem
from tests.support.processes import running
from todo_api.application import PROBES, create_app
from todo_api.contract import ContractApp
from todo_api.storage import Database, migrate

log = logging.getLogger(__name__)

SOON = 4
"""Seconds: what is promised is two, and tests share the machine with others."""


def test_the_process_tells_that_it_lives_without_a_database() -> None:
    nowhere = settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with client_of(create_app(nowhere)) as anonymous:
        response = anonymous.get("/healthz")
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_silent_database_holds_up_neither_probe(tmp_path: Path) -> None:
    with postgresql_server() as server:
        database = Database(server.url)
        migrate(database)
        database.close()
        with running(tmp_path / "log", server.url) as service, httpx2.Client() as client:
            assert client.get(f"{service.origin}/readyz").status_code == 200
            with server.paused():
                begun = time.monotonic()
                refused = client.get(f"{service.origin}/readyz", timeout=30)
                assert_problem(refused, 503)
                assert refused.headers["Retry-After"]
                ready = time.monotonic() - begun
                begun = time.monotonic()
                assert client.get(f"{service.origin}/healthz").status_code == 200
                alive = time.monotonic() - begun
                log.info("/readyz answered in %.2f s, /healthz in %.3f s", ready, alive)
                assert max(ready, alive) < SOON
            assert client.get(f"{service.origin}/readyz", timeout=30).status_code == 200


def test_the_probes_need_no_thread(sqlite_databases: SQLiteDatabases, tmp_path: Path) -> None:
    one_thread = {"TODO_THREADS": "1"}
    with running(tmp_path / "log", sqlite_databases.fresh(), **one_thread) as service:
        threads = Path(f"/proc/{service.process.pid}/task")
        time.sleep(1)  # until those of the background have begun
        before = len(list(threads.iterdir()))
        for probe in PROBES:
            assert httpx2.get(f"{service.origin}{probe}").status_code == 200
        assert len(list(threads.iterdir())) == before


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_is_at_the_root_as_well(app: ContractApp, probe: str) -> None:
    at_base, at_root = client_of(app).get(probe), TestClient(app, "http://localhost").get(probe)
    assert at_root.status_code == at_base.status_code == 200
    assert at_root.json() == at_base.json()
    assert at_root.headers["Cache-Control"] == "no-store"


def test_a_database_of_another_version_is_not_ready(
    database: Database, anonymous: TestClient
) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE todo_api_revision SET version_num = '0001'"))
    refused = anonymous.get("/readyz")
    assert_problem(refused, 503)
    assert "schema" in refused.json()["detail"]
    assert anonymous.get("/healthz").status_code == 200


def test_a_service_that_stops_is_not_ready_but_answers(
    databases: Databases, tmp_path: Path
) -> None:
    with running(tmp_path / "log", databases.fresh(), TODO_DRAIN_SECONDS="3") as service:
        assert httpx2.get(f"{service.origin}/readyz").status_code == 200
        service.signal(signal.SIGTERM)
        time.sleep(0.5)
        refused = httpx2.get(f"{service.origin}/readyz")
        assert_problem(refused, 503)
        assert refused.json()["detail"] == "The service is stopping."
        for path, status in (("/healthz", 200), ("/todo/api/v1.0/tasks", 401)):
            response = httpx2.get(f"{service.origin}{path}")
            assert response.status_code == status
            assert response.headers["Connection"] == "close"
        assert service.ended() == 0
