"""Metrics: what Prometheus reads, on an address of its own.

`prometheus_client` is imported only if there are metrics to keep.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds, up to which answers are counted."""


BROKEN_OFF = 500
"""The status that answers are counted by whose end is missing."""


class Asked(Protocol):
    """What metrics have to know of a request."""

    operation: str


class _Reading:
    """A number that is read when somebody asks for it."""

    def __init__(self, name: str, sentence: str, read: Callable[[], float]) -> None:
        from prometheus_client.core import (  # noqa: PLC0415 - as below
            CounterMetricFamily,
            GaugeMetricFamily,
        )

        self._family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
        self._about = name, sentence
        self._read = read

    def collect(self) -> Iterator[Any]:
        """Read the number."""
        yield self._family(*self._about, value=self._read())


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        """Begin to count."""
        # Most services are not asked for them.
        from prometheus_client import (  # noqa: PLC0415
            CollectorRegistry,
            Counter,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "todo_requests",
            "Requests that were answered, by operation (none: another path) and status.",
            ["operation", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "todo_request_seconds",
            "How long answers took.",
            ["operation"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._events = Counter(
            "todo_security_events",
            "Logins, refusals and changes of accounts, as in the security log.",
            ["event", "outcome"],
            registry=self._registry,
        )
        self._answers: dict[
            tuple[str, int], tuple[Callable[[], None], Callable[[float], None]]
        ] = {}

    def note_answer(
        self, request: Asked, status: int, seconds: float, *, is_whole: bool = True
    ) -> None:
        """Count an answer; one that broke off counts as a failure, whatever it began with."""
        key = request.operation, status if is_whole else BROKEN_OFF
        answer = self._answers.get(key)
        if answer is None:
            operation = request.operation or "none"
            answer = self._answers[key] = (
                self._requests.labels(operation, str(status)).inc,
                self._seconds.labels(operation).observe,
            )
        count, observe = answer
        count()
        observe(seconds)

    def note_event(self, event: str, outcome: str) -> None:
        """Count an event of the security log."""
        self._events.labels(event, outcome).inc()

    def watch(self, name: str, sentence: str, read: Callable[[], float]) -> None:
        """Have a number read whenever somebody asks; one that only grows ends in ``_total``."""
        self._registry.register(_Reading(name, sentence, read))

    def serve(self, host: str, port: int) -> None:
        """Answer Prometheus, in a thread of its own, until the process ends. Raises `OSError`."""
        from prometheus_client import start_http_server  # noqa: PLC0415 - as above

        start_http_server(port, host, self._registry)
