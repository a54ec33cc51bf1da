"""What those are told who run the service, or guard it.

- `logs` has the log of the program, and its line for each request.
- `security_log` has a line for each event that whoever guards the service has to see.
- `metrics` counts for Prometheus.
- `tracing` sends a span for each request to a collector of OpenTelemetry.
"""

from todo_api.monitoring.logs import AccessLog, write_log
from todo_api.monitoring.metrics import Metrics
from todo_api.monitoring.security_log import (
    LISTENERS,
    Outcome,
    flush_security_log,
    record,
    write_security_log,
)
from todo_api.monitoring.tracing import Tracing

__all__ = [
    "LISTENERS",
    "AccessLog",
    "Metrics",
    "Outcome",
    "Tracing",
    "flush_security_log",
    "record",
    "write_log",
    "write_security_log",
]
