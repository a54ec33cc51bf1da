"""What is not in the document: files, pages that Flask renders once, and Flask's own routes."""

import asyncio
import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tests.support.asgi import ask, call
from tests.support.documents import served
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp

DOCUMENT = (
    "paths: {/a: {get: {operationId: see, security: [], responses: {'200': {description: .}}}}}"
)
HEADERS = {"X-Frame": "none"}
LONG = b"p { color: navy } " * 100


def see() -> dict[str, str]:
    return {}


class Served:
    """An application with pages and files, and the paths that reached Flask."""

    def __init__(self, app: ContractApp) -> None:
        self.app = app
        self.reached_flask: list[str] = []
        pages = Blueprint("pages", __name__)
        pages.add_url_rule("/files/<name>", "file", build_only=True)

        @pages.get("/")
        def start() -> Response:
            return redirect(url_for("pages.map_"))

        @pages.get("/map")
        def map_() -> str:
            return f"Here: {url_for('pages.file', name='map.css')}"

        @pages.get("/island/<name>")
        def island(name: str) -> str:
            return f"{name} by {request.args.get('sea')}" if name != "atlantis" else abort(404)

        app.add_pages(pages, HEADERS)
        app.add_file("/files/map.css", b"body {}", "text/css", HEADERS)
        app.add_file("/files/long.css", LONG, "text/css", HEADERS)
        app.app.before_request(lambda: self.reached_flask.append(request.path))


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    with served(DOCUMENT, {"see": see}) as app:
        yield Served(app)


@pytest.fixture
def app(site: Served) -> ContractApp:
    site.reached_flask.clear()
    return site.app


@pytest.mark.parametrize(
    ("path", "media_type", "content"),
    [
        ("/map", "text/html; charset=utf-8", b"Here: /files/map.css"),
        ("/files/map.css", "text/css; charset=utf-8", b"body {}"),
        ("/files/map%2Ecss", "text/css; charset=utf-8", b"body {}"),
    ],
)
def test_a_page_or_a_file_is_served_from_memory(
    site: Served, app: ContractApp, path: str, media_type: str, content: bytes
) -> None:
    answer = call(app, "GET", path)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["X-Frame"] == "none"
    head = call(app, "HEAD", path)
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(content)))
    for known in (answer.headers["ETag"], "*"):
        again = call(app, "GET", path, [("If-None-Match", known)])
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["X-Frame"] == "none"
    assert site.reached_flask == []


@pytest.mark.parametrize("accepted", ["gzip", "br, GZip;q=0.5", "gzip ; q=1.0, identity"])
def test_a_file_is_compressed_for_those_who_take_it(app: ContractApp, accepted: str) -> None:
    answer = call(app, "GET", "/files/long.css", [("Accept-Encoding", accepted)])
    assert (answer.status_code, answer.content) == (200, LONG)
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert int(answer.headers["Content-Length"]) < len(LONG) / 10
    known = [("Accept-Encoding", accepted), ("If-None-Match", answer.headers["ETag"])]
    assert call(app, "GET", "/files/long.css", known).status_code == 304


@pytest.mark.parametrize("accepted", ["", "br", "*, gzip;q=0", "gzip;q=0.000, br", "x-gzipped"])
def test_a_file_is_sent_plain_to_all_others(app: ContractApp, accepted: str) -> None:
    answer = call(app, "GET", "/files/long.css", [("Accept-Encoding", accepted)])
    assert (answer.status_code, answer.content) == (200, LONG)
    assert "Content-Encoding" not in answer.headers
    assert (answer.headers["Content-Length"], answer.headers["Vary"]) == (
        str(len(LONG)),
        "Accept-Encoding",
    )


def test_a_file_is_made_and_compressed_once_however_many_ask_for_it_first(
    app: ContractApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    compress, compressed = gzip.compress, []

    def count(body: bytes, **options: Any) -> bytes:  # noqa: ANN401 - whatever gzip takes
        compressed.append(body)
        time.sleep(0.02)  # as long as it takes for a large one, while others ask
        return compress(body, **options)

    def popular() -> bytes:
        time.sleep(0.02)
        made.append(LONG * 2)
        return made[-1]

    async def ask_together() -> set[bytes]:
        fields = [("Accept-Encoding", "gzip")]
        asking = [ask(app, "GET", "/files/many.css", fields) for _ in range(8)]
        return {answer.content for answer in await asyncio.gather(*asking)}

    monkeypatch.setattr(gzip, "compress", count)
    app.add_file("/files/many.css", popular, "text/css", HEADERS)
    assert made == []
    assert asyncio.run(ask_together()) == {LONG * 2}
    assert made == compressed == [LONG * 2]


def test_each_encoding_has_an_entity_tag_of_its_own(app: ContractApp) -> None:
    plain = call(app, "GET", "/files/long.css")
    packed = call(app, "GET", "/files/long.css", [("Accept-Encoding", "gzip")])
    assert plain.headers["ETag"] != packed.headers["ETag"]
    small = call(app, "GET", "/files/map.css", [("Accept-Encoding", "gzip")])
    assert (small.content, small.headers.get("Content-Encoding")) == (b"body {}", None)
    assert small.headers["ETag"] == call(app, "GET", "/files/map.css").headers["ETag"]


def test_a_redirection_ignores_if_none_match(app: ContractApp) -> None:
    for fields in ([], [("If-None-Match", "*")]):
        answer = call(app, "GET", "/", fields)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/map")
        assert answer.headers["X-Frame"] == "none"
        assert "ETag" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nowhere", "//", "/map/", "//map", "/files/map.js", "/files/", "/island", "/island/"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_an_unknown_path_does_not_reach_flask(
    site: Served, app: ContractApp, method: str, path: str
) -> None:
    answer = call(app, method, path)
    assert answer.status_code == 404
    assert method == "HEAD" or answer.json()["code"] == "not_found"
    assert site.reached_flask == []


def test_a_page_answers_get_head_and_options_only(app: ContractApp) -> None:
    refused = call(app, "POST", "/map")
    assert_problem(refused, 405)
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_route_with_an_argument_is_answered_by_flask(site: Served, app: ContractApp) -> None:
    answer = call(app, "GET", "/island/man?sea=irish", [("X-Request-Id", "7")])
    assert (answer.status_code, answer.text) == (200, "man by irish")
    assert answer.headers["X-Request-Id"] == "7"
    assert site.reached_flask == ["/island/man"]


def test_errors_of_flask_have_the_common_shape(app: ContractApp) -> None:
    assert_problem(call(app, "GET", "/island/atlantis"), 404)
    refused = call(app, "POST", "/island/man")
    assert_problem(refused, 405)
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_page_is_rendered_when_somebody_first_asks_for_it() -> None:
    rendered: list[str] = []
    pages = Blueprint("pages", __name__)

    @pages.get("/map")
    def map_() -> str:
        rendered.append(request.path)
        return "Here"

    with served(DOCUMENT, {"see": see}) as app:
        app.add_pages(pages, {})
        assert rendered == []
        assert [call(app, "GET", "/map").text for _ in range(3)] == ["Here"] * 3
        assert rendered == ["/map"]


def test_a_page_that_cannot_be_rendered_is_an_error_of_its_own() -> None:
    pages = Blueprint("pages", __name__)

    @pages.get("/broken")
    def broken() -> str:
        return render_template("there_is_none.html")

    with served(DOCUMENT, {"see": see}) as app:
        app.add_pages(pages, {})
        for _ in range(2):
            assert_problem(call(app, "GET", "/broken"), 500)
        assert call(app, "GET", "/a").status_code == 200
