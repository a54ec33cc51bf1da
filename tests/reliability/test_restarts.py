"""Two services behind HAProxy, as `deploy/haproxy.cfg` has it, are restarted under load."""

import logging
import os
import shutil
import signal
import ssl
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
import trustme

from tests.deploy.proxies import Place, haproxy
from tests.deploy.proxies import running as running_proxy
from tests.reliability.served import MIGUEL, add_miguel, eventually
from tests.support.databases import lack
from tests.support.processes import running
from tests.support.serving import free_port

log = logging.getLogger(__name__)

RESTARTS = 20 if os.environ.get("TEST_RELIABILITY") else 2
CLIENTS = 4
PAUSE = 0.05
"""Between two requests of a client, so that the proxy gets its share of a small machine."""
SECONDS = 60


class Instance:
    """A service that is started again and again on one port."""

    def __init__(self, folder: Path, database_url: str, origin: str) -> None:
        self.port = free_port()
        self._logs = (folder / f"{self.port}-{number}.log" for number in count())
        self._database_url = database_url
        self._settings = {
            "TODO_PORT": str(self.port),
            "TODO_PUBLIC_URL": origin,
            "TODO_TRUSTED_PROXIES": "127.0.0.1",
            "TODO_DRAIN_SECONDS": "3",
            "TODO_ACCESS_LOG": "on",
            "TODO_LOG_FORMAT": "json",
        }
        self._process = ExitStack()

    def start(self) -> None:
        """Start it, and return when it has announced its address."""
        self._log = next(self._logs)
        self._running = self._process.enter_context(
            running(self._log, self._database_url, **self._settings)
        )

    def stop(self) -> None:
        """Ask it to stop, and see that it does so well."""
        self._running.signal(signal.SIGTERM)
        assert self._running.ended(SECONDS) == 0, self._log.read_text()
        self._process.close()

    def is_used(self) -> bool:
        """Tell whether the proxy has led clients to it since it was started."""
        return '"operation":"get_tasks"' in self._log.read_text().replace('": "', '":"')


class Client(Thread):
    """Reads and creates tasks through the proxy, and repeats nothing."""

    def __init__(self, name: str, origin: str, authority: Path) -> None:
        super().__init__(name=name)
        self.created: list[str] = []
        self.failures: list[str] = []
        self.over = Event()
        self._http = httpx2.Client(
            base_url=f"{origin}/todo/api/v1.0",
            auth=MIGUEL,
            verify=ssl.create_default_context(cafile=str(authority)),
            timeout=SECONDS,
        )

    def run(self) -> None:
        """Ask without end."""
        with self._http:
            for number in count():
                if self.over.is_set():
                    break
                self._ask("GET", 200, "/tasks?limit=1")
                title = f"{self.name} {number}"
                if self._ask("POST", 201, "/tasks", title):
                    self.created.append(title)
                time.sleep(PAUSE)

    def _ask(self, method: str, wanted: int, path: str, title: str | None = None) -> bool:
        try:
            answer = self._http.request(method, path, json={"title": title} if title else None)
        except httpx2.TransportError as error:
            self.failures.append(f"{method}: {error!r}")
            return False
        if answer.status_code != wanted:
            self.failures.append(f"{method}: {answer.status_code} {answer.text}")
        return answer.status_code == wanted


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where HAProxy runs, with a certificate; the services are filled in later."""
    if shutil.which("haproxy") is None:
        lack("haproxy")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    (tmp_path / "certificate.pem").write_bytes(issued.cert_chain_pems[0].bytes())
    (tmp_path / "key.pem").write_bytes(issued.private_key_pem.bytes())
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    return Place("haproxy", tmp_path, certificate, key, free_port(), free_port(), "")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_restarts_behind_haproxy_lose_no_request(
    database_url: str, tmp_path: Path, place: Place
) -> None:
    add_miguel(database_url)
    instances = [Instance(tmp_path, database_url, place.origin) for _ in range(2)]
    one, two = (f"127.0.0.1:{instance.port}" for instance in instances)
    place = place._replace(service=one, second=two)
    authority = tmp_path / "authority.pem"
    clients = [Client(f"client{number}", place.origin, authority) for number in range(CLIENTS)]
    with ExitStack() as stack:
        for instance in instances:
            instance.start()
            stack.callback(instance.stop)
        stack.enter_context(running_proxy(haproxy(place), place))
        for client in clients:
            client.start()
            stack.callback(client.join)
            stack.callback(client.over.set)
        for number in range(RESTARTS):
            for instance in instances:
                eventually(instance.is_used, SECONDS)
            instance = instances[number % 2]
            instance.stop()
            instance.start()
            asked = sum(len(client.created) for client in clients)
            log.info("restart %d of %d: %d tasks created", number + 1, RESTARTS, asked)
            assert [failure for client in clients for failure in client.failures] == []
        eventually(instances[0].is_used, SECONDS)
        for client in clients:
            client.over.set()
            client.join()
        assert [failure for client in clients for failure in client.failures] == []
        created = [title for client in clients for title in client.created]
        with httpx2.Client(auth=MIGUEL, verify=False, timeout=SECONDS) as http:
            api = f"{place.origin}/todo/api/v1.0"
            exported = http.get(f"{api}/tasks/export", params={"format": "json"})
    assert sorted(task["title"] for task in exported.json()["tasks"]) == sorted(created)
    log.info("%d restarts: %d tasks created, as many lists read", RESTARTS, len(created))
