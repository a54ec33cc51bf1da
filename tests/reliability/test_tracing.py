"""Traces, sent to a collector that takes what OpenTelemetry's own collector takes."""

import gzip
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.reliability.served import MIGUEL, add_miguel, eventually
from tests.support.databases import SQLiteDatabases
from tests.support.processes import is_imported_by_the_application, running
from tests.support.serving import free_port

log = logging.getLogger(__name__)

SECONDS = 60
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector(ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.spans: list[Span] = []
        self.names: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1/traces"

    def take(self, body: bytes) -> None:
        """Decode an export."""
        sent = ExportTraceServiceRequest()
        sent.ParseFromString(body)
        for resource in sent.resource_spans:
            named = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.names.add(named["service.name"])
            for scope in resource.scope_spans:
                self.spans += scope.spans


class Taking(BaseHTTPRequestHandler):
    """Answers exports."""

    server: Collector

    def do_POST(self) -> None:
        """Take one."""
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.take(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()
        self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the library has it
        """Write no log."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that runs."""
    with Collector() as collector:
        thread = Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file, with the user miguel."""
    url = sqlite_databases.fresh()
    add_miguel(url)
    return url


def attributes_of(span: Span) -> dict[str, str | int]:
    """Return what a span tells."""
    return {
        one.key: one.value.string_value or one.value.int_value
        for one in span.attributes
        if one.key.startswith(("http.", "todo.operation"))
    }


def test_each_request_is_a_span_below_its_clients(
    url: str, tmp_path: Path, collector: Collector
) -> None:
    settings = {"TODO_TRACING_URL": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with running(tmp_path / "log", url, **settings) as service:
        traced = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert httpx2.get(f"{service.url}/tasks", auth=MIGUEL, headers=traced).status_code == 200
        assert httpx2.get(f"{service.url}/tasks").status_code == 401
        assert httpx2.get(f"{service.url}/nothing").status_code == 404
        eventually(lambda: len(collector.spans) == 3, SECONDS)
    assert collector.names == {"todo-api"}
    found, refused, elsewhere = sorted(collector.spans, key=lambda span: span.end_time_unix_nano)
    assert (found.name, found.trace_id.hex(), found.parent_span_id.hex()) == (
        "get_tasks",
        TRACE,
        PARENT,
    )
    assert found.kind == Span.SPAN_KIND_SERVER
    assert attributes_of(found) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "todo.operation": "get_tasks",
    }
    assert found.start_time_unix_nano < found.end_time_unix_nano
    assert attributes_of(refused)["http.response.status_code"] == 401
    assert refused.parent_span_id == b""
    assert refused.status.code == Status.STATUS_CODE_UNSET
    assert (elsewhere.name, attributes_of(elsewhere)["http.response.status_code"]) == ("GET", 404)


def test_what_is_left_is_sent_when_the_service_ends(
    url: str, tmp_path: Path, collector: Collector
) -> None:
    settings = {"TODO_TRACING_URL": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
    with running(tmp_path / "log", url, **settings) as service:
        assert httpx2.get(f"{service.url}/healthz").status_code == 200
    assert [span.name for span in collector.spans] == ["get_health"]


def test_without_a_collector_all_goes_on(url: str, tmp_path: Path) -> None:
    settings = {
        "TODO_TRACING_URL": f"http://127.0.0.1:{free_port()}/v1/traces",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with running(tmp_path / "log", url, **settings) as service:
        for _ in range(20):
            assert httpx2.get(f"{service.url}/tasks", auth=MIGUEL).status_code == 200
        service.process.terminate()
        begun = time.monotonic()
        assert service.ended(SECONDS) == 0
        log.info("20 requests, and the stop took %.1f s", time.monotonic() - begun)


def test_without_the_setting_nothing_is_imported(url: str) -> None:
    assert not is_imported_by_the_application("opentelemetry", url)


def test_who_has_not_installed_the_extra_is_told(url: str) -> None:
    program = (
        "import sys; sys.modules['opentelemetry'] = None;"
        " from todo_api.cli import main; main(['serve'])"
    )
    settings = {"TODO_DATABASE_URL": url, "TODO_TRACING_URL": "http://127.0.0.1:4318/v1/traces"}
    told = subprocess.run(
        [sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr == (
        "Error: TODO_TRACING_URL needs OpenTelemetry: pip install 'todo-api[tracing]'.\n"
    )
