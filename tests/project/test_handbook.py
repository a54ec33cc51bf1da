"""The handbook, whose limits are those of the service."""

import re

import yaml

from tests.support.serving import CHECKOUT
from todo_api.contract.operation import MOST_ARRIVING, MOST_TO_ARRIVE
from todo_api.execution import MOST_WAITING
from todo_api.formats.file import LONGEST
from todo_api.operations import batch, transfer
from todo_api.server.connection import MOST_PIPELINED
from todo_api.settings import Settings
from todo_api.storage.labels import MOST_RENAMED

HANDBOOK = (CHECKOUT / "docs" / "handbook.md").read_text("utf-8")
COMPONENTS = yaml.safe_load((CHECKOUT / "openapi" / "todo.yaml").read_text("utf-8"))["components"]

MIB = 1024**2


def test_the_limits_are_those_of_the_service() -> None:
    section = HANDBOOK.partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = [re.split(r" *\| *", row)[1:-1] for row in section.splitlines() if row[:2] == "| "]
    shown = {what: most for what, most, _ in rows if what != "what"}
    chosen = Settings()
    import_bytes = COMPONENTS["requestBodies"]["ImportTasksBody"]["x-max-bytes"]
    import_tasks = COMPONENTS["schemas"]["ImportedCount"]["maximum"]
    of_newcomer = COMPONENTS["requestBodies"]["CreateUserBody"]["x-max-bytes"]
    head, body = f"{chosen.max_header_bytes // 1024} KiB", f"{chosen.max_body_bytes // 1024} KiB"
    assert shown == {
        "URL": f"{chosen.max_url_bytes // 1024} KiB",
        "header fields": f"{chosen.max_headers}, and {head} together",
        "body": body,
        "body of a registration": f"{of_newcomer // 1024} KiB",
        "body of an import": f"{import_bytes // 1024**2} MiB, and {import_tasks:,} tasks",
        "nesting of a body": f"{chosen.max_json_depth} levels",
        "a number in a body": f"{chosen.max_json_digits} digits",
        "head of a request": f"{chosen.head_seconds} seconds to arrive",
        f"each {body} of body": f"{chosen.body_seconds} seconds to arrive",
        "pause between requests": f"{chosen.idle_seconds} seconds",
        "pause in reading an answer": f"{chosen.answer_seconds} seconds",
        "requests waiting on a connection": str(MOST_PIPELINED),
        "different words and labels of tasks, over a batch": f"{batch.MOST_WORDS:,}",
        "different words and labels of tasks, over an import": f"{transfer.MOST_WORDS:,}",
        "one task in an import": f"{LONGEST // 1024} KiB",
        "tasks whose label is renamed": f"{MOST_RENAMED:,}",
        "a whole import": f"{chosen.max_large_body_seconds // 60} minutes",
        "your tasks": f"{chosen.max_tasks:,}",
        "text in their titles, descriptions and labels": f"{chosen.max_text_bytes // MIB} MiB",
        "deleted tasks in your trash": f"{chosen.max_tasks:,}",
        "text in their titles, descriptions and labels there": (
            f"{chosen.max_text_bytes // MIB} MiB"
        ),
        "lists of others that you are a member of": str(chosen.max_shared_lists),
        "members of a list, its owner included": str(chosen.max_members),
        "invitations to a list that nobody has used": str(chosen.max_invitations),
        "your `Idempotency-Key`s within 24 hours": f"{chosen.max_keys:,}",
        "the answers that are kept for them, compressed": f"{chosen.max_answer_bytes // MIB} MiB",
        "users who register within 24 hours, all together": f"{chosen.max_registrations:,}",
        "your slow requests that wait for one another": str(MOST_WAITING),
        "your bodies of more than 4 KiB at the same time": str(MOST_ARRIVING + MOST_TO_ARRIVE),
        f"your imports of more than {body} at the same time": "1",
        "bytes of such imports from all users at the same time": (
            f"{chosen.max_spooled_bytes // MIB} MiB"
        ),
    }
