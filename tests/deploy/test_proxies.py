"""Behind each of the proxies that `deploy/` configures, the service works as without."""

import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import trustme

from tests.deploy.proxies import PROXIES, Place, running
from tests.support.commands import environment_with, installed_command, run_command
from tests.support.databases import lack
from tests.support.serving import STOP_SECONDS, free_port

PASSWORD = "a boa and a king cobra"
SUSAN = ("susan", PASSWORD)
HOME = "127.0.0.7"


@pytest.fixture(scope="module", params=sorted(PROXIES))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the proxy runs, with a certificate."""
    if shutil.which(request.param) is None:
        lack(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    (folder / "certificate.pem").write_bytes(issued.cert_chain_pems[0].bytes())
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
    service = f"127.0.0.1:{free_port()}"
    return Place(
        request.param,
        folder,
        folder / "certificate.pem",
        folder / "key.pem",
        free_port(),
        free_port(),
        service,
    )


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[Path]:
    """Run the service behind the proxy; give its log."""
    url = f"sqlite:///{place.folder}/todo.db"
    settings = {
        "TODO_DATABASE_URL": url,
        "TODO_PORT": place.service.partition(":")[2],
        "TODO_PUBLIC_URL": place.origin,
        "TODO_TRUSTED_PROXIES": "127.0.0.1",
    }
    run_command("init", TODO_DATABASE_URL=url)
    password = PASSWORD.encode()
    run_command("user", "add", "susan", "--password-stdin", stdin=password, TODO_DATABASE_URL=url)
    log = place.folder / "service.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [installed_command(), "serve"],
            env=environment_with(**settings),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield log
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


@pytest.fixture(scope="module")
def client(place: Place, service: Path) -> Iterator[httpx2.Client]:
    """A client of the service through the proxy, from an address of its own."""
    assert service.exists()
    context = ssl.create_default_context(cafile=str(place.folder / "authority.pem"))
    transport = httpx2.HTTPTransport(verify=context, local_address=HOME)
    with (
        running(PROXIES[place.proxy](place), place),
        httpx2.Client(transport=transport, base_url=f"{place.origin}/todo/api/v1.0") as client,
    ):
        yield client


def test_uris_are_those_that_clients_use(client: httpx2.Client, place: Place) -> None:
    created = client.post("/tasks", json={"title": "Buy milk"}, auth=SUSAN)
    assert created.status_code == 201
    assert created.headers["Location"].startswith(f"{place.origin}/todo/api/v1.0/tasks/")
    assert client.get(created.headers["Location"], auth=SUSAN).status_code == 200


def test_a_change_by_the_entity_tag_that_was_read_succeeds(client: httpx2.Client) -> None:
    long = {"title": "Read", "description": "a long story " * 500}
    uri = client.post("/tasks", json=long, auth=SUSAN).headers["Location"]
    read = client.get(uri, auth=SUSAN, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert read.headers["ETag"].startswith('"')
    changed = client.put(
        uri, json={"done": True}, auth=SUSAN, headers={"If-Match": read.headers["ETag"]}
    )
    assert changed.status_code == 200
    again = client.get(uri, auth=SUSAN, headers={"If-None-Match": changed.headers["ETag"]})
    assert again.status_code == 304


def test_large_files_of_pages_are_compressed(client: httpx2.Client, place: Place) -> None:
    script = client.get(
        f"{place.origin}/assets/swagger-ui-bundle.js", headers={"Accept-Encoding": "gzip"}
    )
    assert (script.status_code, script.headers["Content-Encoding"]) == (200, "gzip")


@pytest.mark.usefixtures("client")
def test_plain_http_is_redirected(place: Place) -> None:
    moved = httpx2.get(f"http://localhost:{place.plain_port}/todo/api/v1.0/tasks")
    assert moved.status_code == 308
    assert moved.headers["Location"].startswith("https://localhost")


def test_a_client_cannot_pretend_to_be_elsewhere(client: httpx2.Client, service: Path) -> None:
    forged = {
        "Forwarded": "for=192.0.2.66;host=evil.example",
        "X-Forwarded-For": "192.0.2.66",
        "X-Forwarded-Host": "evil.example",
    }
    refused = client.get("/tasks", auth=("susan", "a guess"), headers=forged)
    assert refused.status_code == 401
    time.sleep(0.1)
    events = [json.loads(line) for line in service.read_text().splitlines() if line[0] == "{"]
    assert events[-1]["client"] == HOME


def test_an_import_of_the_largest_size_arrives(client: httpx2.Client) -> None:
    lines = b'{"title":"x"}\n' * 3 + b" " * 3_900_000 + b"\n"
    imported = client.post(
        "/tasks/import",
        content=lines,
        auth=SUSAN,
        headers={"Content-Type": "application/jsonl"},
    )
    assert imported.json() == {"imported": 3}
