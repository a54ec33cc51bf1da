"""Clients that write without a pause, each of which remembers what it was told."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

import httpx2

from tests.programs.failover.history import Operation
from tests.support.clients import PASSWORD

MIGUEL = ("miguel", PASSWORD)
PATIENCE = 10
"""How long a client waits for an answer before it tries again."""
LIMIT = 300
"""Within so many seconds, what is tried again and again has to be acknowledged."""
PAUSE = 0.1
"""Between two requests of one client, so that the load does not depend on the machine."""


class Client(threading.Thread):
    """Creates tasks, each until it is acknowledged, and changes and reads those that all share."""

    def __init__(self, name: str, services: Sequence[str], registers: Sequence[str]) -> None:
        super().__init__(name=name)
        self.created: dict[str, str] = {}
        """The path of each task that was acknowledged, by its title."""
        self.history: defaultdict[str, list[Operation]] = defaultdict(list)
        """What was done with each shared task."""
        self.acknowledged_begun = 0.0
        """When the last request began that was acknowledged as written."""
        self.failure: BaseException | None = None
        self._services = services
        self._registers = registers
        self._http = httpx2.Client(auth=MIGUEL, timeout=PATIENCE)
        self._turn = sum(name.encode())
        self._over = threading.Event()

    def run(self) -> None:
        """Go on until told otherwise, and then end what was begun."""
        try:
            with self._http:
                for number in count():
                    if self._over.is_set():
                        break
                    if number % 2:
                        self._create(f"{self.name} {number}")
                    else:
                        self._change(self._registers[number // 2 % len(self._registers)], number)
                    time.sleep(PAUSE)
        except BaseException as error:  # noqa: BLE001 - told by whoever waits for the thread
            self.failure = error

    def finish(self) -> None:
        """Have the thread end with what it is doing, and wait for that."""
        self._over.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def _create(self, title: str) -> None:
        """Send one creation until it is acknowledged."""
        headers = {"Idempotency-Key": title.replace(" ", "-")}
        until = time.monotonic() + LIMIT
        while (began := time.monotonic()) < until:
            answer = self._ask("POST", "/tasks", json={"title": title}, headers=headers)
            if answer is not None and answer.status_code == 201:
                self.created[title] = answer.json()["task"]["uri"].partition("/v1.0")[2]
                self.acknowledged_begun = began
                return
            # The first time may still go on in the other service, whose answer has not come.
            if answer is None or answer.status_code != 409:
                _expect(answer, 503)
            time.sleep(PAUSE)
        raise TimeoutError(f"{title} was not acknowledged within {LIMIT} seconds.")

    def _change(self, path: str, number: int) -> None:
        """Read a shared task and change it, if nobody else was quicker."""
        history = self.history[path]
        began = time.monotonic()
        read = self._ask("GET", path)
        if read is None or read.status_code != 200:
            _expect(read, 503)
            return
        replaces = read.json()["task"]["title"]
        history.append(Operation("read", began, time.monotonic(), replaces))
        value = f"{self.name} {number}"
        began = time.monotonic()
        answer = self._ask(
            "PUT", path, json={"title": value}, headers={"If-Match": read.headers["ETag"]}
        )
        status = answer.status_code if answer is not None else 503
        if status not in {200, 412}:
            _expect(answer, 503)
        kind = {200: "written", 412: "refused"}.get(status, "unanswered")
        history.append(Operation(kind, began, time.monotonic(), value, replaces))  # type: ignore[arg-type]

    def _ask(self, method: str, path: str, **more: Any) -> httpx2.Response | None:  # noqa: ANN401
        """Send a request to the services in turn; return None if there is no answer."""
        self._turn += 1
        service = self._services[self._turn % len(self._services)]
        try:
            return self._http.request(method, service + path, **more)
        except httpx2.TransportError:
            return None


def _expect(answer: httpx2.Response | None, status: int) -> None:
    """Refuse an answer that no client should get, whatever the database does."""
    assert answer is None or answer.status_code == status, answer.text


def faults_of_creations(clients: Sequence[Client], tasks: Sequence[dict[str, Any]]) -> list[str]:
    """Return a sentence for each acknowledged task that is not there, or twice, or elsewhere."""
    times = Counter(task["title"] for task in tasks)
    paths = {task["title"]: task["uri"].partition("/v1.0")[2] for task in tasks}
    faults = []
    for client in clients:
        for title, path in client.created.items():
            if times[title] != 1:
                faults.append(f"{title} was acknowledged once and is there {times[title]} times.")
            elif paths[title] != path:
                faults.append(f"{title} was acknowledged at {path} and is at {paths[title]}.")
    return faults
