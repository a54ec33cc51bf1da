"""Starting and stopping: ``app.py`` and ``todo-api`` as people run them, in processes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support.clients import PASSWORD
from tests.support.databases import Databases, lack
from tests.support.serving import CHECKOUT, STOP_SECONDS, ServedApp, free_port, served
from todo_api.cli import main
from todo_api.identity import password_hasher
from todo_api.settings import Settings
from todo_api.storage import Database, is_current
from todo_api.storage.users import insert_user

API = "/todo/api/v1.0"
MIGUEL = ("miguel", "python")
SUSAN = {"username": "susan", "password": "Pizza is not a fruit!"}
START_SECONDS = 30
NOBODY_LISTENS = 1
"""A port that ordinary programs may not listen on."""


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Databases:
    """SQLite, unless a test asks for both engines, since each start takes seconds."""
    engine = getattr(request, "param", "sqlite")
    found: Databases = request.getfixturevalue(f"{engine}_databases")
    return found


on_both_engines = pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="module")
def demo(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedApp]:
    """One demo for all tests that only read from it."""
    url = sqlite_databases.empty()
    with served(url, tmp_path_factory.mktemp("demo") / "errors.log") as demo:
        yield demo
    sqlite_databases.discard(url)


class TestDemo:
    """``app.py``, or ``make run``."""

    def test_greets_with_four_addresses_that_all_answer(self, demo: ServedApp) -> None:
        addresses = re.findall(r"^The (\w+) +(http://\S+)$", demo.greeting, re.MULTILINE)
        assert addresses == [
            ("list", f"{demo.origin}/"),
            ("API", f"{demo.base_url}/tasks"),
            ("console", f"{demo.base_url}/ui/"),
            ("document", f"{demo.base_url}/openapi.json"),
        ]
        for _, address in addresses:
            assert httpx2.get(address, auth=MIGUEL).status_code == 200

    def test_greets_with_a_command_that_works(self, demo: ServedApp) -> None:
        if shutil.which("curl") is None:
            lack("curl")
        [command] = re.findall(r"^ +(curl .*)$", demo.greeting, re.MULTILINE)
        shell = os.environ | {"NO_PROXY": "*"}
        shown = subprocess.run(  # noqa: S602 - a command for a shell
            command,
            shell=True,
            env=shell,
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout.startswith("HTTP/1.1 200 OK")
        assert "Buy groceries" in shown.stdout

    def test_gives_a_person_the_web_client(self, demo: ServedApp) -> None:
        page = httpx2.get(f"{demo.origin}/")
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")

    def test_lets_strangers_register(self, demo: ServedApp) -> None:
        assert httpx2.post(f"{demo.base_url}/users", json=SUSAN).status_code == 201
        mine = httpx2.get(f"{demo.base_url}/tasks", auth=("susan", SUSAN["password"]))
        assert mine.json() == {"tasks": []}

    @on_both_engines
    def test_keeps_the_data_when_it_is_started_again(
        self, empty_database_url: str, tmp_path: Path
    ) -> None:
        with served(empty_database_url, tmp_path / "first.log") as demo:
            httpx2.post(f"{demo.base_url}/tasks", json={"title": "Read a book"}, auth=MIGUEL)
            httpx2.delete(f"{demo.base_url}/tasks/1", auth=MIGUEL)
            changes = {"email": "miguel@example.com"}
            httpx2.put(f"{demo.base_url}/users/miguel", json=changes, auth=MIGUEL)
        with served(empty_database_url, tmp_path / "second.log") as demo:
            user = httpx2.get(f"{demo.base_url}/users/miguel", auth=MIGUEL).json()["user"]
            assert user["email"] == changes["email"]
            tasks = httpx2.get(f"{demo.base_url}/tasks", auth=MIGUEL).json()["tasks"]
            assert [(task["id"], task["title"]) for task in tasks] == [
                (2, "Learn Python"),
                (3, "Read a book"),
            ]

    def test_adds_no_demo_user_to_a_database_that_is_in_use(
        self, database_url: str, tmp_path: Path
    ) -> None:
        with served(database_url, tmp_path / "errors.log") as demo:
            assert httpx2.get(f"{demo.base_url}/tasks", auth=MIGUEL).status_code == 401

    def test_obeys_host_port_and_database_url(self, tmp_path: Path) -> None:
        database = tmp_path / "list.db"
        port = str(free_port())
        chosen = {"TODO_HOST": "localhost", "TODO_PORT": port}
        with served(f"sqlite:///{database}", tmp_path / "errors.log", **chosen) as demo:
            assert demo.origin == f"http://127.0.0.1:{port}"
            response = httpx2.get(f"http://localhost:{port}{API}/tasks", auth=MIGUEL)
            assert response.json()["tasks"][0]["uri"] == f"http://localhost:{port}{API}/tasks/1"
        assert database.exists()

    def test_is_refused_behind_a_public_url(self, tmp_path: Path) -> None:
        database = tmp_path / "list.db"
        sentence = refusal(
            TODO_PUBLIC_URL="https://todo.example", TODO_DATABASE_URL=f"sqlite:///{database}"
        )
        assert "TODO_PUBLIC_URL" in sentence
        assert not database.exists()

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "todo.example"])  # noqa: S104
    def test_is_refused_on_any_address_but_loopback(self, tmp_path: Path, host: str) -> None:
        database = tmp_path / "list.db"
        sentence = refusal(TODO_HOST=host, TODO_DATABASE_URL=f"sqlite:///{database}")
        assert host in sentence
        assert "TODO_HOST" in sentence
        assert not database.exists()


class TestRefusals:
    """Starts that fail: one clear sentence, exit status 1, no traceback.

    A process takes a second to start, so all but the first of these run in this one.
    """

    def test_are_said_to_a_person_on_stderr(self) -> None:
        done = subprocess.run(
            [sys.executable, "app.py"],
            cwd=CHECKOUT,
            env=environment(TODO_PORT="http"),
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        assert (done.returncode, done.stdout) == (1, "")
        sentence = "TODO_PORT must be a whole number from 0 to 65535, not 'http'."
        assert done.stderr == f"Error: {sentence}\n"

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("TODO_PORT", "65536", "TODO_PORT must be .*, not '65536'."),
            ("TODO_THREADS", "0", "TODO_THREADS must be .*, not '0'."),
            (
                "TODO_REGISTRATION",
                "maybe",
                "TODO_REGISTRATION must be open or closed, not 'maybe'.",
            ),
            ("TODO_PUBLIC_URL", "todo.example", "TODO_PUBLIC_URL must be .*, not 'todo.example'."),
            ("TODO_DATABASE_URL", "todo.db", "The database URL cannot be read: .*"),
            ("TODO_DATABASE_URL", "mysql://localhost/todo", "The database URL names mysql, .*"),
            ("TODO_DATABASE_URL", "sqlite://", "An SQLite database must be a file, .*"),
            (
                "TODO_DATABASE_URL",
                "sqlite:///no/such/todo.db",
                "The directory .* does not exist: make it, .*",
            ),
        ],
    )
    def test_of_a_bad_setting(self, name: str, value: str, sentence: str) -> None:
        assert re.fullmatch(sentence, refusal(**{name: value}))

    def test_of_a_port_that_is_taken(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            sentence = refusal(
                TODO_PORT=str(port), TODO_DATABASE_URL=f"sqlite:///{tmp_path}/todo.db"
            )
        assert re.fullmatch(
            rf"Cannot listen on 127\.0\.0\.1, port {port}: address already in use\."
            r" Choose others with TODO_HOST and TODO_PORT\.",
            sentence,
        )

    def test_of_a_server_that_cannot_be_reached(self) -> None:
        url = f"postgresql+psycopg://todo:secret@127.0.0.1:{NOBODY_LISTENS}/list"
        sentence = refusal(TODO_DATABASE_URL=url)
        assert sentence.startswith(
            f"The PostgreSQL database list on 127.0.0.1:{NOBODY_LISTENS} is unavailable: "
        )
        assert "secret" not in sentence

    def test_of_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.txt"
        path.write_text("Dear Susan, " * 100)
        assert str(path) in refusal(TODO_DATABASE_URL=f"sqlite:///{path}")
        assert path.read_text() == "Dear Susan, " * 100

    @on_both_engines
    def test_of_a_database_from_a_newer_version(
        self, database: Database, database_url: str
    ) -> None:
        with database.transaction() as db:
            db.execute(text("UPDATE todo_api_revision SET version_num = '9999'"))
        sentence = refusal(TODO_DATABASE_URL=database_url)
        assert "was migrated by a newer version of this program (revision 9999)" in sentence

    @on_both_engines
    def test_of_a_database_of_another_program(self, empty_database_url: str) -> None:
        other = Database(empty_database_url)
        other.prepare()
        with other.migration() as (_, db):
            db.execute(text("CREATE TABLE orders (id INTEGER)"))
        other.close()
        sentence = refusal(TODO_DATABASE_URL=empty_database_url)
        assert "holds tables of another program (orders)" in sentence


class TestServe:
    """``todo-api serve``, for production."""

    def test_has_no_demo_user_and_is_closed_to_strangers(self, empty_database_url: str) -> None:
        with serving(empty_database_url) as (_, url):
            assert httpx2.get(f"{url}/healthz").status_code == 200
            assert httpx2.get(f"{url}/tasks", auth=MIGUEL).status_code == 401
            response = httpx2.post(f"{url}/users", json=SUSAN)
            assert response.status_code == 403
            assert "Registration is closed" in response.json()["detail"]

    def test_lets_no_demo_password_in_even_where_there_is_a_demo_user(
        self, empty_database_url: str, tmp_path: Path
    ) -> None:
        with served(empty_database_url, tmp_path / "errors.log") as demo:
            assert httpx2.get(f"{demo.base_url}/tasks", auth=MIGUEL).status_code == 200
        with serving(empty_database_url) as (_, url):
            assert httpx2.get(f"{url}/tasks", auth=MIGUEL).status_code == 401

    def test_is_open_to_strangers_by_a_setting(self, empty_database_url: str) -> None:
        with serving(empty_database_url, TODO_REGISTRATION="open") as (_, url):
            assert httpx2.post(f"{url}/users", json=SUSAN).status_code == 201
            mine = httpx2.get(f"{url}/tasks", auth=("susan", SUSAN["password"]))
            assert mine.json() == {"tasks": []}

    @on_both_engines
    def test_a_changed_password_counts_at_once_in_every_process(
        self, database: Database, database_url: str
    ) -> None:
        with database.transaction() as db:
            password_hash = password_hasher(Settings()).hash(PASSWORD)
            insert_user(db, username="susan", email=None, password_hash=password_hash)
        with serving(database_url) as (_, one), serving(database_url) as (_, other):
            old, new = ("susan", PASSWORD), ("susan", "a boa and a king cobra")
            assert httpx2.get(f"{other}/tasks", auth=old).status_code == 200
            changes = {"current_password": PASSWORD, "password": new[1]}
            assert httpx2.put(f"{one}/users/susan", json=changes, auth=old).status_code == 200
            assert httpx2.get(f"{other}/tasks", auth=old).status_code == 401
            assert httpx2.get(f"{other}/tasks", auth=new).status_code == 200


class TestStop:
    """Signals."""

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
    @pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
    def test_a_signal_ends_it_soon_and_cleanly(self, tmp_path: Path, name: str) -> None:
        database = tmp_path / "todo.db"
        with serving(f"sqlite:///{database}") as (process, url), httpx2.Client() as client:
            assert client.get(f"{url}/healthz").status_code == 200  # and the connection stays open
            begun = time.monotonic()
            process.send_signal(signal.Signals[name])
            process.wait(STOP_SECONDS)
            assert time.monotonic() - begun < STOP_SECONDS
            assert process.returncode == 0
            assert process.stderr
            assert process.stderr.read() == ""
        assert [path.name for path in tmp_path.iterdir()] == ["todo.db"], "no journal is left"


class TestCommand:
    """``todo-api`` itself."""

    def test_tells_its_version(self) -> None:
        done = subprocess.run([command(), "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"todo-api, version {version('todo-api')}\n"

    def test_explains_itself(self) -> None:
        explained = CliRunner().invoke(main, ["--help"]).stdout
        for command in ("serve", "demo", "init", "migrate"):
            assert re.search(rf"^  {command} +\S", explained, re.MULTILINE)

    @on_both_engines
    def test_migrates(self, empty_database_url: str) -> None:
        for name in ("init", "migrate", "init"):
            settings = {"TODO_DATABASE_URL": empty_database_url}
            migrated = CliRunner().invoke(main, [name], env=settings)
            assert (migrated.exit_code, migrated.stdout) == (0, "The database is up to date.\n")
        database = Database(empty_database_url)
        assert is_current(database)
        database.close()

    def test_refuses_what_it_does_not_know(self) -> None:
        refused = CliRunner().invoke(main, ["dance"])
        assert refused.exit_code == 2
        assert refused.stderr.endswith("Error: No such command 'dance'.\n")


def test_any_asgi_server_can_serve_app_py(database_url: str) -> None:
    code = (
        "from starlette.testclient import TestClient; import app;"
        "print(TestClient(app.app, 'http://localhost').get('/todo/api/v1.0/healthz').json())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env=environment(TODO_DATABASE_URL=database_url),
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "{'status': 'ok'}\n"


def environment(**settings: str) -> dict[str, str]:
    """Return the environment with these settings and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    ours = {"TODO_CREATE_DATABASE": "true", "TODO_DATABASE_WAIT_SECONDS": "0"}
    return own | ours | {"PYTHONUNBUFFERED": "1"} | settings


def refusal(**settings: str) -> str:
    """Start the demo, which has to refuse; return its one sentence."""
    done = CliRunner().invoke(main, ["demo"], env=environment(**{"TODO_PORT": "0", **settings}))
    assert (done.exit_code, done.stdout) == (1, "")
    assert isinstance(done.exception, SystemExit)
    said = re.fullmatch(r"Error: (.+\.)\n", done.stderr)
    assert said, done.stderr
    return said[1]


@contextmanager
def serving(database_url: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``todo-api serve`` on a free port; give the process and the API's URL."""
    with subprocess.Popen(
        [command(), "serve"],
        env=environment(TODO_PORT="0", TODO_DATABASE_URL=database_url, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            announced = process.stdout.readline()
            match = re.fullmatch(rf"Serving (http://127\.0\.0\.1:\d+{API})/\n", announced)
            assert match, announced
            yield process, match[1]
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def command() -> str:
    """Return where ``todo-api`` is installed: beside the Python that runs the tests."""
    found = shutil.which("todo-api", path=Path(sys.executable).parent)
    assert found, "the project is not installed"
    return found
