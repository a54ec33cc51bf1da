"""Copies of a list, kept by a client: by its changes, or by reading all of it."""

from typing import Any

import httpx2
from starlette.testclient import TestClient

Client = TestClient | httpx2.Client


class Copy:
    """A copy of a user's list, kept up to date as the document says."""

    def __init__(self, client: Client, *, limit: int = 50) -> None:
        """Begin empty."""
        self.client = client
        self.query: dict[str, Any] = {"limit": limit}
        self.tasks: dict[int, dict[str, Any]] = {}

    def follow(self) -> bool:
        """Apply one page; tell whether there is more."""
        page = changes(self.client, **self.query)
        gone = page.get("gone_lists", [])
        self.tasks = {id_: task for id_, task in self.tasks.items() if task["list_id"] not in gone}
        for change in page["changes"]:
            if change["deleted"]:
                self.tasks.pop(change["id"], None)
            else:
                self.tasks[change["id"]] = change["task"]
        self.query["since"] = page["next"]
        more: bool = page["more"]
        return more

    def catch_up(self) -> dict[int, dict[str, Any]]:
        """Apply all pages that there are; return the tasks by id."""
        while self.follow():
            pass
        return self.tasks


def changes(client: Client, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - what a query holds
    """Read a page of changes."""
    answer = client.get("/tasks/changes", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def read_list(client: Client) -> dict[int, dict[str, Any]]:
    """Read the whole list; return the tasks by id."""
    found: list[dict[str, Any]] = []
    url: str | None = "/tasks?limit=100"
    while url:
        answer = client.get(url)
        found += answer.json()["tasks"]
        url = answer.links.get("next", {}).get("url")
    return {task["id"]: task for task in found}
