"""What it costs to list, sort, filter and search, and to ask what has changed.

The document says what there is: each sort and each filter of it has to be measured here.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

import yaml

from benchmarks.cases import BASE_PATH, raw_request
from benchmarks.client import Client
from benchmarks.contenders import service
from benchmarks.engines import Template
from benchmarks.figures import Figures
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import USERNAME
from todo_api.document import document_path

FILTERS: dict[str, list[dict[str, Any]]] = {
    "done": [{"done": "true"}, {"done": "false"}],
    "title_prefix": [{"title_prefix": "milk"}, {"title_prefix": "zebra"}],
    "q": [{"q": "bread"}, {"q": "zebra"}, {"q": "milk pizza"}, {"q": "milk bread"}],
    "label": [{"label": "home"}, {"label": "zoo"}, {"label": ["home", "errand"]}],
    "priority_min": [{"priority_min": 1}, {"priority_min": 3}],
    "due_before": [{"due_before": "2026-01-01"}, {"due_before": "2001-01-01"}],
    "due_after": [{"due_after": "2026-01-01"}, {"due_after": "2126-01-01"}],
    "overdue": [{"overdue": "true"}, {"overdue": "false"}],
    "updated_since": [
        {"updated_since": "2026-02-20T00:00:00Z"},
        {"updated_since": "2026-04-12T00:00:00Z"},
    ],
    "assigned_to": [{"assigned_to": USERNAME}, {"assigned_to": "nobody"}],
    "parent_id": [{"parent_id": 1}],
    "top_level": [{"top_level": "true"}, {"top_level": "false"}],
    "list_id": [{"list_id": 1}, {"list_id": 2**27}],
}
"""By its name, a filter with values that many tasks pass, and with some that few or none do."""

TOGETHER: list[dict[str, Any]] = [
    {"label": ["home", "work"]},
    {"label": "errand", "sort": "-due"},
    {"label": "zoo", "sort": "-due"},
    {"priority_min": 3, "sort": "-due"},
    {"q": "zebra", "sort": "title"},
    {"q": "milk", "sort": "title"},
    {"q": "milk bread", "sort": "-due"},
    {"q": "milk", "label": "work", "sort": "-updated_at"},
    {"done": "false", "priority_min": 1, "sort": "due"},
    {"overdue": "true", "sort": "due"},
    {"overdue": "true", "label": "home", "priority_min": 2, "sort": "-priority"},
    {"updated_since": "2026-04-01T00:00:00Z", "sort": "id"},
    {"updated_since": "2026-04-01T00:00:00Z", "q": "cheese", "sort": "title"},
]
"""Filters and sorts that help each other, or get in each other's way."""

NOT_FILTERS = {"limit", "cursor", "sort"}
ON_POSTGRESQL = "on PostgreSQL"
"""What the figures call the large database there."""
LIMIT = 20
SECONDS = 0.1
"""For one listing in a round, and a database; a slow one may take longer."""
TURN = 5
"""Requests in a row: the first one finds the processor's caches full of something else."""


class UnmeasuredError(Exception):
    """The document has filters that are not measured, or the other way round; it says which."""


class Grown(NamedTuple):
    """A database, and how many of its tasks are the user's who asks."""

    template: Template
    own: int


class Listing(NamedTuple):
    """A request of many rows."""

    name: str
    path: str
    halfway: bool = False
    """Whether it is of a page in the middle, not of the first one."""
    known: bool = False
    """Whether the client has the answer already."""

    def request(self, client: Client, count: int) -> bytes:
        """Return the request of a user who has so many tasks."""
        path = path_to_middle(client, self.path, count) if self.halfway else self.path
        request = raw_request("GET", path, client.port)
        if not self.known:
            return request
        condition = f"If-None-Match: {client.ask(request).headers['etag']}\r\n\r\n"
        return request.removesuffix(b"\r\n") + condition.encode()


def measure(plan: Plan, databases: Mapping[str, Grown], folder: Path, figures: Figures) -> None:
    """Let the databases take turns, on one connection to each."""
    with ExitStack() as stack:
        ports, requests = [], []
        for template, count in databases.values():
            url = stack.enter_context(template.copy())
            server = stack.enter_context(Server.of(service(), url, folder))
            ports.append(server.port)
            with Client.of(server.port) as client:
                requests.append([listing.request(client, count) for listing in listings()])
        clients = [stack.enter_context(Client.of(port)) for port in ports]
        for number in range(plan.rounds):
            for listing, *asked in zip(listings(), *requests, strict=True):
                series = figures.lists.setdefault(listing.name, {size: [] for size in databases})
                latencies = _latencies(list(zip(clients, asked, strict=True)))
                for latency, size in zip(latencies, databases, strict=True):
                    series[size].append(latency)
            say(f"lists {number + 1}/{plan.rounds} {len(figures.lists)} requests")


def _latencies(turns: Sequence[tuple[Client, bytes]]) -> list[float]:
    """Return the median latency of each request in milliseconds."""
    series: list[list[float]] = [[] for _ in turns]
    until = time.perf_counter() + SECONDS * len(turns)
    while not series[0] or time.perf_counter() < until:
        for (client, request), latencies in zip(turns, series, strict=True):
            for _ in range(TURN):
                began = time.perf_counter()
                client.ask(request)
                latencies.append(time.perf_counter() - began)
    return [median(latencies) * 1e3 for latencies in series]


def path_to_middle(client: Client, path: str, count: int) -> str:
    """Follow the pages of a list of so many rows up to its middle; return where the next one is."""
    step = min(100, count // 2)
    path = path.replace(f"limit={LIMIT}", f"limit={step}")
    for _ in range(count // 2 // step):
        link = client.ask(raw_request("GET", path, client.port)).headers["link"]
        path = link.partition(BASE_PATH)[2].partition(">")[0]
    return path.replace(f"limit={step}", f"limit={LIMIT}")


def listings() -> list[Listing]:
    """Return all that are measured. Raises `UnmeasuredError`."""
    sorts, filters = _documented()
    if differing := filters ^ FILTERS.keys():
        names = ", ".join(sorted(differing))
        raise UnmeasuredError(f"The document and benchmarks/lists.py differ in filters: {names}.")
    first = partial(_listing, "/tasks")
    middle = partial(first, halfway=True, note="in the middle")
    changes = partial(_listing, "/tasks/changes", {})
    return [
        first({}),
        first({}, known=True, note="known already"),
        *(page({"sort": sort}) for sort in sorts for page in (first, middle)),
        *(first(query) for queries in (*FILTERS.values(), TOGETHER) for query in queries),
        changes(),
        changes(halfway=True, note="in the middle"),
    ]


def _listing(path: str, query: Mapping[str, Any], *, note: str = "", **more: Any) -> Listing:  # noqa: ANN401 - the fields
    words = urlencode(query, doseq=True)
    name = f"`{path}{words and '?'}{words}`{note and ', '}{note}"
    return Listing(name, f"{path}?{urlencode({'limit': LIMIT, **query}, doseq=True)}", **more)


def _documented() -> tuple[list[str], set[str]]:
    """Return the sorts and the filters of the list."""
    document = yaml.safe_load(document_path().read_text("utf-8"))
    components = document["components"]
    parameters = [
        components["parameters"][reference["$ref"].rpartition("/")[2]]
        for reference in document["paths"]["/tasks"]["get"]["parameters"]
    ]
    queries = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    return components["schemas"]["TaskSort"]["enum"], queries - NOT_FILTERS
