"""Tracing: a span of OpenTelemetry for each request, sent to a collector.

OpenTelemetry is an extra of the package, and imported only if there are spans to send.
"""

import time
from typing import Any

from todo_api.contract import Request
from todo_api.environment import SettingError

EXPORT_SECONDS = 3
"""How long one attempt to send spans may take; a stop waits for no more than the last one."""
_FAILED = 500


class Tracing:
    """Sends spans in the background; those that cannot be sent are lost, and nobody waits."""

    def __init__(self, url: str) -> None:
        """Take the collector's address for traces. Raises `SettingError` without OpenTelemetry."""
        try:
            from opentelemetry import trace  # noqa: PLC0415 - most services send none
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import (  # noqa: PLC0415
                SERVICE_NAME,
                OTELResourceDetector,
                Resource,
            )
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
            from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
                TraceContextTextMapPropagator,
            )
        except ImportError:
            raise SettingError(
                "TODO_TRACING_URL needs OpenTelemetry: pip install 'todo-api[tracing]'."
            ) from None
        named = Resource({SERVICE_NAME: "todo-api"}).merge(OTELResourceDetector().detect())
        provider = TracerProvider(resource=named)
        exporter = OTLPSpanExporter(endpoint=url, timeout=EXPORT_SECONDS)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = provider.get_tracer("todo_api")
        self._extract = TraceContextTextMapPropagator().extract
        self._server = trace.SpanKind.SERVER
        self._error = trace.Status(trace.StatusCode.ERROR)

    def note_answer(self, request: Request, status: int, seconds: float, *, is_whole: bool) -> None:
        """Make the span of a request that has been answered, below its client's."""
        ended = time.time_ns()
        attributes: dict[str, Any] = {
            "http.request.method": request.method,
            "http.response.status_code": status,
            "url.scheme": request.scheme,
            "todo.request_id": request.id.decode(),
        }
        if request.operation:
            attributes["todo.operation"] = request.operation
        span = self._tracer.start_span(
            request.operation or request.method,
            # Not tracestate: a stranger's text would be logged where it is malformed.
            context=self._extract(
                {"traceparent": request.headers.get(b"traceparent", b"").decode("latin-1")}
            ),
            kind=self._server,
            attributes=attributes,
            start_time=ended - int(seconds * 1e9),
        )
        if status >= _FAILED or not is_whole:
            span.set_status(self._error)
        span.end(ended)
