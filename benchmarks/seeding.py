"""A database filled by the service itself, over HTTP, as any client would fill it."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import raw_request
from benchmarks.client import Client
from benchmarks.contenders import Contender
from benchmarks.serving import Server
from benchmarks.story import PASSWORD

Tasks = Sequence[Mapping[str, Any]]


def seed(service: Contender, url: str, folder: Path, users: Mapping[str, Tasks]) -> None:
    """Let the service make its tables at a URL, register users and create their tasks."""
    # A version that has no such command makes the file when it serves.
    subprocess.run(
        [service.command(0)[0], "init"],
        env={**os.environ, **service.environment(0, url)},
        capture_output=True,
        check=False,
    )
    settings = {**service.settings, "TODO_REGISTRATION": "open"}
    opened = service._replace(settings=settings)
    with Server.of(opened, url, folder, status=401) as server, Client.of(server.port) as client:
        for username, tasks in users.items():
            account: dict[str, object] = {"username": username, "password": PASSWORD}
            client.ask(raw_request("POST", "/users", server.port, username=None, body=account))
            for task in tasks:
                client.ask(
                    raw_request("POST", "/tasks", server.port, username=username, body={**task})
                )
