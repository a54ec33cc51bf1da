"""Prism: between the demo and its client, where it holds both to the document; and as a mock."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.support.npm import installed
from tests.support.serving import ServedApp

HERE = Path(__file__).parent
START_SECONDS = 120
MIGUEL = ("miguel", "python")


@contextmanager
def prism(folder: Path, demo: ServedApp, *arguments: str) -> Iterator[httpx2.Client]:
    """Run Prism over the demo's document; give a client of it."""
    program = installed(HERE) / "prism"
    document = folder / "openapi.json"
    document.write_bytes(httpx2.get(f"{demo.base_url}/openapi.json").content)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(program), arguments[0], str(document), *arguments[1:], "-p", port]
    log = folder / "prism.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "is listening" not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.wait(15)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_the_articles_story_passes_a_proxy_that_holds_it_against_the_document(
    demo: ServedApp, tmp_path: Path
) -> None:
    with prism(tmp_path, demo, "proxy", demo.base_url, "--errors") as proxied:
        story: list[tuple[str, str, int, dict[str, object] | None]] = [
            ("GET", "/tasks", 200, None),
            ("GET", "/tasks/2", 200, None),
            ("GET", "/tasks/3", 404, None),
            ("POST", "/tasks", 201, {"title": "Read a book"}),
            ("PUT", "/tasks/2", 200, {"done": True}),
            ("PATCH", "/tasks/2", 200, {"description": None}),
            ("POST", "/tasks/batch", 200, {"operations": [{"delete": {"id": 3}}]}),
            ("DELETE", "/tasks/2", 200, None),
            ("GET", "/tasks/changes", 200, None),
            ("GET", "/users/miguel", 200, None),
        ]
        for method, path, status, body in story:
            answer = proxied.request(method, path, auth=MIGUEL, json=body)
            assert answer.status_code == status, answer.text
            assert "sl-violations" not in answer.headers, answer.headers["sl-violations"]
        # With --errors, Prism itself refuses what the document does not allow.
        answer = proxied.post("/tasks", auth=MIGUEL, json={"title": ""})
        assert (answer.status_code, answer.json()["title"]) == (422, "Invalid request")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_a_mock_answers_by_the_examples(demo: ServedApp, tmp_path: Path) -> None:
    with prism(tmp_path, demo, "mock") as mock:
        assert mock.get("/tasks/2", auth=MIGUEL).json()["task"]["title"] == "Learn Python"
        assert mock.post("/tasks", auth=MIGUEL, json={"title": "Read"}).status_code == 201
        assert mock.get("/tasks").json()["code"] == "unauthorized"
        missing = mock.get("/tasks/2", auth=MIGUEL, headers={"Prefer": "code=404"})
        assert missing.json()["code"] == "not_found"
        # A mock gives an invalid request the example of 422 where there is one; see the page.
        assert mock.post("/tasks", auth=MIGUEL, json={}).json()["code"] == "key_reused"
        invalid = {"Prefer": "code=400"}
        assert mock.post("/tasks", auth=MIGUEL, json={"title": "x"}, headers=invalid).json()[
            "code"
        ] in {"invalid_body", "invalid_parameters"}
