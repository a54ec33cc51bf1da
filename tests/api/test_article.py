"""The article "Designing a RESTful API with Python and Flask", replayed.

Each class is a chapter, with a demo of its own that is served anew. Its transcripts are one test,
as each builds on those before it; its other tests can run in any order. A transcript is what the
article prints: a command, which runs as it stands, and the answer, whose every line must come. More
headers and members may come, in any order.

Left out of the answers are ``Content-Length``, ``Server`` and ``Date``. Three things differ from
the article: ``localhost:5000`` is where the demo is served; security, which the article adds in
its last chapter, is there from the first, so commands before that get ``-u miguel:python``; and
the PUT transcript prints the task in an array, where the article's own code, and this service,
answer the task itself.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import Parser
from textwrap import dedent
from typing import Any

import pytest

from tests.support.databases import Databases, lack
from tests.support.serving import ServedApp, served

Replay = Callable[[str], None]


class TestDesigningASimpleWebService:
    """The table of the tasks resource's methods, and the table of a task's fields."""

    LEARN_FLASK = """-H "Content-Type: application/json" -d '{"title":"Learn Flask"}'"""

    METHODS = (
        (
            "Retrieve list of tasks",
            "-X GET http://localhost:5000/todo/api/v1.0/tasks",
            200,
            '{"tasks": [{"id": 1}, {"id": 2}]}',
        ),
        (
            "Retrieve a task",
            "-X GET http://localhost:5000/todo/api/v1.0/tasks/2",
            200,
            '{"task": {"id": 2, "title": "Learn Python"}}',
        ),
        (
            "Create a new task",
            f"-X POST {LEARN_FLASK} http://localhost:5000/todo/api/v1.0/tasks",
            201,
            '{"task": {"id": 3, "title": "Learn Flask"}}',
        ),
        (
            "Update an existing task",
            f"-X PUT {LEARN_FLASK} http://localhost:5000/todo/api/v1.0/tasks/2",
            200,
            '{"task": {"id": 2, "title": "Learn Flask"}}',
        ),
        (
            "Delete a task",
            "-X DELETE http://localhost:5000/todo/api/v1.0/tasks/2",
            200,
            '{"result": true}',
        ),
    )

    def test_the_tasks_resource_uses_http_methods(
        self, subtests: pytest.Subtests, as_miguel: Replay
    ) -> None:
        for action, request_line, status, answer in self.METHODS:
            with subtests.test(action):
                as_miguel(f"$ curl -i {request_line}\nHTTP/1.0 {status}\n\n{answer}")

    def test_a_task_has_the_fields_id_title_description_and_done(self, service: ServedApp) -> None:
        _, _, body = curl(f"curl -u miguel:python -i {service.base_url}/tasks/1")
        types = {name: type(value) for name, value in body["task"].items()}
        assert types.items() >= {"id": int, "title": str, "description": str, "done": bool}.items()


class TestImplementingRESTfulServices:
    """The tasks resource, method by method."""

    def test_the_transcripts_in_their_order(
        self, subtests: pytest.Subtests, as_miguel: Replay
    ) -> None:
        with subtests.test("get the list"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "tasks": [
                    {
                      "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
                      "done": false,
                      "id": 1,
                      "title": "Buy groceries"
                    },
                    {
                      "description": "Need to find a good Python tutorial on the web",
                      "done": false,
                      "id": 2,
                      "title": "Learn Python"
                    }
                  ]
                }
            """)
        with subtests.test("get task 2"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks/2
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "task": {
                    "description": "Need to find a good Python tutorial on the web",
                    "done": false,
                    "id": 2,
                    "title": "Learn Python"
                  }
                }
            """)
        with subtests.test("get task 3 which is not there"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 404 NOT FOUND
                Content-Type: application/json

                {
                  "error": "Not found"
                }
            """)
        with subtests.test("post a task"):
            as_miguel("""
                $ curl -i -H "Content-Type: application/json" -X POST -d '{"title":"Read a book"}' http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 201 Created
                Content-Type: application/json

                {
                  "task": {
                    "description": "",
                    "done": false,
                    "id": 3,
                    "title": "Read a book"
                  }
                }
            """)
        with subtests.test("get the updated list"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "tasks": [
                    {
                      "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
                      "done": false,
                      "id": 1,
                      "title": "Buy groceries"
                    },
                    {
                      "description": "Need to find a good Python tutorial on the web",
                      "done": false,
                      "id": 2,
                      "title": "Learn Python"
                    },
                    {
                      "description": "",
                      "done": false,
                      "id": 3,
                      "title": "Read a book"
                    }
                  ]
                }
            """)
        with subtests.test("put task 2 as done"):
            as_miguel("""
                $ curl -i -H "Content-Type: application/json" -X PUT -d '{"done":true}' http://localhost:5000/todo/api/v1.0/tasks/2
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "task": {
                    "description": "Need to find a good Python tutorial on the web",
                    "done": true,
                    "id": 2,
                    "title": "Learn Python"
                  }
                }
            """)
        with subtests.test("post without a title"):
            as_miguel("""
                $ curl -i -H "Content-Type: application/json" -X POST -d '{}' http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 400 BAD REQUEST

                {
                  "error": "Bad request"
                }
            """)
        with subtests.test("delete task 2"):
            as_miguel("""
                $ curl -i -X DELETE http://localhost:5000/todo/api/v1.0/tasks/2
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "result": true
                }
            """)
        with subtests.test("get the deleted task 2"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks/2
                HTTP/1.0 404 NOT FOUND
                Content-Type: application/json

                {
                  "error": "Not found"
                }
            """)


class TestImprovingTheWebServiceInterface:
    """URIs instead of ids, and what a reader asked for in the comments: ``Location``."""

    def test_the_transcripts_in_their_order(
        self, subtests: pytest.Subtests, as_miguel: Replay
    ) -> None:
        with subtests.test("get the list with uris"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "tasks": [
                    {
                      "title": "Buy groceries",
                      "done": false,
                      "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
                      "uri": "http://localhost:5000/todo/api/v1.0/tasks/1"
                    },
                    {
                      "title": "Learn Python",
                      "done": false,
                      "description": "Need to find a good Python tutorial on the web",
                      "uri": "http://localhost:5000/todo/api/v1.0/tasks/2"
                    }
                  ]
                }
            """)
        with subtests.test("post a task and learn its uri"):
            as_miguel("""
                $ curl -i -H "Content-Type: application/json" -X POST -d '{"title":"Read a book"}' http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 201 Created
                Location: http://localhost:5000/todo/api/v1.0/tasks/3

                {
                  "task": {
                    "uri": "http://localhost:5000/todo/api/v1.0/tasks/3"
                  }
                }
            """)
        with subtests.test("get put and delete by the uri"):
            as_miguel("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 200 OK

                {"task": {"uri": "http://localhost:5000/todo/api/v1.0/tasks/3"}}
            """)
            as_miguel("""
                $ curl -i -H "Content-Type: application/json" -X PUT -d '{"done":true}' http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 200 OK

                {"task": {"uri": "http://localhost:5000/todo/api/v1.0/tasks/3", "done": true}}
            """)
            as_miguel("""
                $ curl -i -X DELETE http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 200 OK

                {"result": true}
            """)


class TestSecuringARESTfulWebService:
    """Credentials with every request. From here on, the commands say themselves whose."""

    def test_the_transcripts_in_their_order(
        self, subtests: pytest.Subtests, replay: Replay
    ) -> None:
        with subtests.test("get the list without credentials"):
            replay("""
                $ curl -i http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 401 UNAUTHORIZED
                Content-Type: application/json
                WWW-Authenticate: Basic realm="Authentication Required"

                {
                  "error": "Unauthorized access"
                }
            """)
        with subtests.test("get the list with credentials"):
            replay("""
                $ curl -u miguel:python -i http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 200 OK
                Content-Type: application/json

                {
                  "tasks": [
                    {
                      "title": "Buy groceries",
                      "done": false,
                      "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
                      "uri": "http://localhost:5000/todo/api/v1.0/tasks/1"
                    },
                    {
                      "title": "Learn Python",
                      "done": false,
                      "description": "Need to find a good Python tutorial on the web",
                      "uri": "http://localhost:5000/todo/api/v1.0/tasks/2"
                    }
                  ]
                }
            """)

    @pytest.mark.parametrize(
        "request_line",
        [
            "-X POST http://localhost:5000/todo/api/v1.0/tasks",
            "http://localhost:5000/todo/api/v1.0/tasks/2",
            "-X PUT http://localhost:5000/todo/api/v1.0/tasks/2",
            "-X DELETE http://localhost:5000/todo/api/v1.0/tasks/2",
        ],
    )
    def test_the_other_functions_are_protected_as_well(
        self, replay: Replay, request_line: str
    ) -> None:
        replay(f"""
            $ curl -i -u miguel:ruby {request_line}
            HTTP/1.0 401 UNAUTHORIZED
            WWW-Authenticate: Basic realm="Authentication Required"

            {{"error": "Unauthorized access"}}
        """)

    def test_the_trick_that_distracts_web_browsers(self, service: ServedApp) -> None:
        status, headers, body = curl(
            f"curl -i -H 'X-Requested-With: XMLHttpRequest' {service.base_url}/tasks"
        )
        assert (status, body["error"]) == (403, "Unauthorized access")
        assert "WWW-Authenticate" not in headers
        assert "X-Requested-With" in headers["Vary"]


class TestWritingAJavascriptRESTClient:
    """The follow-up's client: jQuery with ``contentType`` set, and ``cache: false``.

    Its ``contentType`` goes out with every method, its ``cache: false`` puts ``_`` into the query
    of each GET, and jQuery says that it is jQuery.
    """

    JQUERY = (
        "curl -i -H 'X-Requested-With: XMLHttpRequest' -H 'Content-Type: application/json'"
        " -H 'Accept: application/json, text/javascript, */*; q=0.01'"
    )

    def test_logging_in_with_a_wrong_password_opens_no_dialog(self, service: ServedApp) -> None:
        status, headers, body = curl(
            f"{self.JQUERY} -u miguel:ruby '{service.base_url}/tasks?_=1369720000000'"
        )
        assert (status, body["error"]) == (403, "Unauthorized access")
        assert "WWW-Authenticate" not in headers

    def test_the_transcripts_in_their_order(
        self, subtests: pytest.Subtests, replay: Replay
    ) -> None:
        with subtests.test("getting the list"):
            replay(f"""
                $ {self.JQUERY} -u miguel:python 'http://localhost:5000/todo/api/v1.0/tasks?_=123456'
                HTTP/1.0 200 OK
                Content-Type: application/json

                {{"tasks": [{{"title": "Buy groceries"}}, {{"title": "Learn Python"}}]}}
            """)
        with subtests.test("adding a task"):
            replay(f"""
                $ {self.JQUERY} -u miguel:python -X POST -d '{{"title":"","description":""}}' http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 400 BAD REQUEST

                {{"error": "Bad request"}}
            """)
            replay(f"""
                $ {self.JQUERY} -u miguel:python -X POST -d '{{"title":"Read a book","description":""}}' http://localhost:5000/todo/api/v1.0/tasks
                HTTP/1.0 201 CREATED

                {{"task": {{"uri": "http://localhost:5000/todo/api/v1.0/tasks/3", "done": false}}}}
            """)  # noqa: E501 - as the article's own lines
        with subtests.test("editing a task"):
            replay(f"""
                $ {self.JQUERY} -u miguel:python -X PUT -d '{{"title":"Read two books","description":"","done":true}}' http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 200 OK

                {{"task": {{"title": "Read two books", "done": true}}}}
            """)  # noqa: E501 - as the article's own lines
        with subtests.test("removing a task"):
            replay(f"""
                $ {self.JQUERY} -u miguel:python -X DELETE http://localhost:5000/todo/api/v1.0/tasks/3
                HTTP/1.0 200 OK

                {{"result": true}}
            """)


@pytest.fixture(scope="class", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedApp]:
    """The demo on a new database, for the length of a chapter."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.empty()
    with served(url, tmp_path_factory.mktemp("demo") / "errors.log") as demo:
        yield demo
    databases.discard(url)


@pytest.fixture
def replay(service: ServedApp) -> Replay:
    """Run a transcript's command, and see that the answer is the transcript's."""

    def replay(transcript: str) -> None:
        authority = service.origin.replace("http://127.0.0.1", "localhost")
        shown = dedent(transcript).strip().replace("localhost:5000", authority)
        command, _, answer = shown.removeprefix("$ ").partition("\n")
        status, headers, body = curl(command)
        expected_status, expected_headers, expected_body = read_answer(answer)
        assert status == expected_status
        for name, value in expected_headers.items():
            # The challenge goes on to say that it is in UTF-8.
            assert headers[name].startswith(value)
        assert_shows(body, expected_body)

    return replay


@pytest.fixture
def as_miguel(replay: Replay) -> Replay:
    """Replay a transcript from before security was added."""
    return lambda shown: replay(shown.replace("$ curl ", "$ curl -u miguel:python ", 1))


def curl(command: str) -> tuple[int, Message, Any]:
    """Run a command of curl's, with ``-i``; return status, headers and JSON of the answer."""
    if shutil.which("curl") is None:
        lack("curl")
    # Nobody's .curlrc, no meter, no proxy.
    done = subprocess.run(
        ["curl", "-q", "-sS", "--noproxy", "*", *shlex.split(command)[1:]],
        capture_output=True,
        check=True,
        env=os.environ | {"LC_ALL": "C"},
        timeout=30,
    )
    return read_answer(done.stdout.decode())


def read_answer(text: str) -> tuple[int, Message, Any]:
    """Read status, headers and JSON of an answer as ``curl -i`` prints it."""
    status_line, _, rest = text.replace("\r\n", "\n").partition("\n")
    headers = Parser().parsestr(rest)
    body = headers.get_payload()
    return int(status_line.split()[1]), headers, json.loads(str(body))


def assert_shows(actual: Any, expected: Any) -> None:  # noqa: ANN401 - JSON is any value
    """Assert that JSON has all that is expected; more members may be there."""
    if isinstance(expected, dict):
        assert isinstance(actual, dict), actual
        assert expected.keys() <= actual.keys()
        for name, value in expected.items():
            assert_shows(actual[name], value)
    elif isinstance(expected, list):
        assert isinstance(actual, list), actual
        assert len(actual) == len(expected), actual
        for item, value in zip(actual, expected, strict=True):
            assert_shows(item, value)
    else:
        assert actual == expected
