"""The benchmark: it measures what it says, and nobody can forget a sort, a filter or a target."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from benchmarks import contract_layer, latency, lists, pacing, processes, report, sharing, targets
from benchmarks.cases import CASES, CHANGES, NARROWED
from benchmarks.contenders import (
    FASTAPI,
    FASTAPI_POSTGRESQL,
    FASTIFY,
    GRANIAN,
    GUNICORN,
    LITESTAR,
    SERVICE,
    SERVICE_POSTGRESQL,
)
from benchmarks.figures import Figures, Load, Loads
from todo_api.storage.filters import FILTERS
from todo_api.storage.sorting import SORTS


def test_each_sort_and_each_filter_is_measured() -> None:
    measured = [parse_qs(urlsplit(listing.path).query) for listing in lists.listings()]
    sorts = {sort for query in measured for sort in query.get("sort", [])}
    assert sorts == {*SORTS, *(f"-{sort}" for sort in SORTS)}
    assert {name for query in measured for name in query} == {*FILTERS, "list_id", "limit", "sort"}


def test_a_filter_that_is_not_measured_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(lists.FILTERS, "label")
    with pytest.raises(lists.UnmeasuredError, match="label"):
        lists.listings()


def test_the_contract_layer_can_be_measured_beside_stock_connexion() -> None:
    command = [sys.executable, "-m", "benchmarks.contract_layer", "1", "16"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120)
    series = orjson.loads(ended.stdout)
    assert set(series) == {"service", "asyncapp", "flaskapp"}
    assert all(set(costs) == set(contract_layer.REQUESTS) for costs in series.values())


def test_percentiles_are_latencies_that_were_measured() -> None:
    assert pacing.percentiles([number / 1e3 for number in range(1, 1001)]) == (500, 990, 999)
    assert pacing.percentiles([0.001, 0.003]) == (1, 3, 3)


def test_an_answer_is_complete_when_its_last_byte_has_come() -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{"a}'
    assert pacing.is_complete(answer)
    assert not any(pacing.is_complete(answer[:length]) for length in range(1, len(answer)))


def test_a_refusal_ends_a_measurement() -> None:
    with pytest.raises(pacing.UnpacedError, match=r"^HTTP/1\.1 503"):
        pacing.is_complete(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")


def test_a_request_that_was_due_while_the_server_stood_still_has_waited() -> None:
    with stalling_server(after=20, seconds=0.5) as port:
        latencies = pacing.paced([b"GET / HTTP/1.1\r\n\r\n"], port, rate=200, seconds=1)
    assert len(latencies) == 200
    # All that were due in the half second waited, not just one for each connection.
    assert sum(latency > 0.1 for latency in latencies) > 2 * pacing.CONNECTIONS


@pytest.mark.skipif(sys.platform != "linux", reason="it is read from Linux's /proc")
def test_cpu_is_that_of_the_process_and_its_children() -> None:
    code = "import subprocess, sys, time; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code, busy], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = processes.cpu_seconds(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
    assert seconds > 0.25


def test_the_page_holds_every_target() -> None:
    figures, titles = made_up_figures()
    page = report.report(figures, titles)
    for verdict in targets.verdicts(figures):
        assert verdict.what in page
    assert "- GET one: Fastify (2.00 times)" in report.summary(figures, titles)


@contextmanager
def stalling_server(*, after: int, seconds: float) -> Iterator[int]:
    """Answer on a port, but stand still once, after so many answers, for so long."""
    answered = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                answered += 1
                if answered == after:
                    time.sleep(seconds)  # noqa: ASYNC251 - nobody is answered meanwhile
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    async def serve() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            ports.put(server.sockets[0].getsockname()[1])
            await asyncio.to_thread(ended.wait)

    ports: Queue[int] = Queue()
    ended = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield ports.get()
    finally:
        ended.set()
        thread.join()


def made_up_figures() -> tuple[Figures, dict[str, str]]:
    """Return figures of a run that never was: Fastify is twice as fast as all others."""

    def loads(*names: str) -> Loads:
        return {
            name: {
                case.name: Load(*([[2.0 if name == FASTIFY else 1.0]] * 6))
                for case in (*CASES, *NARROWED, *CHANGES)
            }
            for name in names
        }

    names = [SERVICE, SERVICE_POSTGRESQL, FASTAPI, FASTAPI_POSTGRESQL, FASTIFY]
    names += [LITESTAR, GUNICORN, GRANIAN]
    sizes = ["100", "1,000,000"]
    each = {name: [1.0] for name in names}
    figures = Figures(
        peak=loads(*names),
        pinned=loads(*names),
        narrowed=loads(SERVICE, SERVICE_POSTGRESQL),
        changes=loads(SERVICE, SERVICE_POSTGRESQL),
        paced=loads(SERVICE, latency.ALIKE, FASTIFY),
        sharing=loads(sharing.ONE, sharing.TWO),
        scale=loads(*sizes),
        idle=each,
        memory=each,
        listening=each,
        start=each,
        layer={name: {case.name: [1.0] for case in CASES} for name in report.LAYERS},
        lists={
            listing.name: {size: [1.0] for size in (*sizes, lists.ON_POSTGRESQL)}
            for listing in lists.listings()
        },
        facts=defaultdict(str),
    )
    return figures, {name: name.capitalize() for name in names}
