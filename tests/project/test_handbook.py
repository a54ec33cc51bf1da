"""The handbook, whose limits are those of the service."""

import re

import yaml

from tests.support.serving import CHECKOUT
from todo_api.server.connection import MOST_PIPELINED
from todo_api.settings import Settings

HANDBOOK = (CHECKOUT / "docs" / "handbook.md").read_text("utf-8")
COMPONENTS = yaml.safe_load((CHECKOUT / "openapi" / "todo.yaml").read_text("utf-8"))["components"]


def test_the_limits_are_those_of_the_service() -> None:
    section = HANDBOOK.partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = [re.split(r" *\| *", row)[1:-1] for row in section.splitlines() if row[:2] == "| "]
    shown = {what: most for what, most, _ in rows[1:]}
    chosen = Settings()
    import_bytes = COMPONENTS["requestBodies"]["TaskImport"]["x-max-bytes"]
    import_tasks = COMPONENTS["schemas"]["ImportedCount"]["maximum"]
    head, body = f"{chosen.max_header_bytes // 1024} KiB", f"{chosen.max_body_bytes // 1024} KiB"
    assert shown == {
        "URL": f"{chosen.max_url_bytes // 1024} KiB",
        "header fields": f"{chosen.max_headers}, and {head} together",
        "body": body,
        "body of an import": f"{import_bytes // 1024**2} MiB, and {import_tasks:,} tasks",
        "nesting of a body": f"{chosen.max_json_depth} levels",
        "a number in a body": f"{chosen.max_json_digits} digits",
        "head of a request": f"{chosen.head_seconds} seconds to arrive",
        f"each {body} of body": f"{chosen.body_seconds} seconds to arrive",
        "pause between requests": f"{chosen.idle_seconds} seconds",
        "pause in reading an answer": f"{chosen.answer_seconds} seconds",
        "requests waiting on a connection": str(MOST_PIPELINED),
    }
