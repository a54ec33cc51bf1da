"""What `schemathesis.toml` cannot say.

A list as a file is sent and read as text; and a task that was deleted is there again when it has
been restored, which the check `use_after_free` takes for a fault of the service.
"""

from http import HTTPStatus
from typing import Any

import schemathesis
from schemathesis import (
    Case,
    CheckContext,
    DeserializationContext,
    HookContext,
    Response,
    SerializationContext,
)
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import use_after_free as without_restoring
from schemathesis.transport.serialization import Binary

SENT = ("application/jsonl", "application/x-ndjson", "text/csv", "text/plain")


@schemathesis.serializer(*SENT)
def write_file(_: SerializationContext, value: object) -> bytes:
    """Send a file as it is."""
    if isinstance(value, Binary):
        return value.data
    return str(value).encode("utf-8", errors="surrogatepass")


@schemathesis.deserializer(*SENT, "text/calendar")
def read_file(_: DeserializationContext, response: Response) -> str:
    """Read a file as text."""
    return response.content.decode()


RESTORED: set[str] = set()
"""The ids of tasks that were restored, and not deleted again."""


@schemathesis.hook("after_call")
def note_restored(_: HookContext, case: Case[Any], response: Response) -> None:
    """Learn which tasks are there again."""
    if response.status_code == HTTPStatus.OK:
        task_id = str(case.path_parameters.get("task_id"))
        if case.operation.label == "POST /trash/{task_id}/restore":
            RESTORED.add(task_id)
        elif case.operation.label == "DELETE /tasks/{task_id}":
            RESTORED.discard(task_id)


CHECKS.unregister("use_after_free")


@schemathesis.check
def use_after_free(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Find what is there though it was deleted, unless it has been restored."""
    if str(case.path_parameters.get("task_id")) in RESTORED:
        return None
    return without_restoring(ctx, response, case)
