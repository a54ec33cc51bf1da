"""How to administer the service: the commands do what README and the guide show."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.commands import environment_with, installed_command, type_at_terminal
from tests.support.databases import lack
from tests.support.serving import CHECKOUT, STOP_SECONDS, free_port
from todo_api.storage import Database, insert_token, select_user

GUIDE = (CHECKOUT / "docs" / "administer.md").read_text("utf-8")
README = (CHECKOUT / "README.md").read_text("utf-8")
MAKEFILE = (CHECKOUT / "Makefile").read_text("utf-8")
SECTION = README.partition("\n## Run it for others\n")[2].partition("\n## ")[0]
PASSWORD = "a boa and a king cobra"

SHOWN_TOKEN = 2733186475921334
SECRET = re.compile(r"\btodo_[0-9A-Za-z]{39}\b")
START_SECONDS = 30
SHOWN_HOME = "/srv/todo"
SHOWN_ORIGIN = "http://127.0.0.1:5000"


def commands_in(page: str) -> list[tuple[str, str]]:
    """Return each command with what it prints, as shown, in the order of a page."""
    return [
        (command, shown)
        for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        for command, shown in re.findall(
            r"^\$ ((?:.*\\\n)*.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
        )
    ]


def environment() -> dict[str, str]:
    """Return an environment in which ``todo-api`` is found, without settings but for its costs."""
    path = f"{Path(installed_command()).parent}{os.pathsep}{os.environ['PATH']}"
    temporary = {"TMPDIR": "/tmp"}  # noqa: S108 - as it is shown
    return environment_with() | {"PATH": path, "NO_PROXY": "*"} | temporary


def questions(shown: str) -> list[tuple[str, str]]:
    """Return the questions in what is shown, and the answers: as shown, or else the password."""
    asked = re.findall(r"^(.+:) ?(y?)$", shown, re.MULTILINE)
    return [(re.escape(question), answer or PASSWORD) for question, answer in asked]


def run(command: str, shown: str, env: dict[str, str], home: Path) -> str:
    """Run a command in a shell, at a terminal if it asks for something; return what it prints."""
    shell = ["/bin/bash" if "bash" in command else "/bin/sh", "-c", command]
    if asked := questions(shown):
        _, printed = type_at_terminal(shell, asked, env, home)
        return re.sub(r"\n?[^\n]*Deleting[^\n]*", "", printed)
    done = subprocess.run(
        shell,
        cwd=home,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def comparable(printed: str, home: Path | None = None) -> list[str]:
    """Return the lines of what is printed, with the same time, place and room wherever they are."""
    if home is not None:
        printed = printed.replace(str(home), SHOWN_HOME)
    printed = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", printed)
    printed = re.sub(r"[\d,.]+ GiB are", "ROOM are", printed)
    printed = re.sub(r"\btodo(invite)?_[0-9A-Za-z]{39}\b", "SECRET", printed)
    printed = re.sub(r"\b\d{10,16}\b", "ID", printed)
    return [line.rstrip() for line in printed.splitlines()]


@pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")
def test_the_commands_of_the_guide_print_what_is_shown(tmp_path: Path) -> None:
    env = environment()
    for command, shown in commands_in(GUIDE):
        if command == "todo-api token list susan":
            create_token(tmp_path / "todo.db")
        printed = run(command, shown, env, tmp_path)
        assert comparable(printed, tmp_path) == comparable(shown), command


@pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")
def test_the_readme_leads_from_nothing_to_the_first_request(tmp_path: Path) -> None:
    for program in ("curl", "caddy"):
        if shutil.which(program) is None:
            lack(program)
    ports = free_port(), free_port()
    origin, site = f"http://127.0.0.1:{ports[0]}", f"localhost:{ports[1]}"
    env = environment() | {
        "TODO_PORT": str(ports[0]),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        # Caddy signs certificates for this machine's own name itself.
        "CURL_CA_BUNDLE": str(tmp_path / "caddy/pki/authorities/local/root.crt"),
    }
    (caddyfile,) = re.findall(r"^```caddyfile\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    caddyfile = caddyfile.replace("todo.example", site).replace("127.0.0.1:5000", origin)
    options = "{\n  admin off\n  skip_install_trust\n  auto_https disable_redirects\n}\n"
    (tmp_path / "Caddyfile").write_text(options + caddyfile)
    secrets: dict[str, str] = {}
    services: list[subprocess.Popen[str]] = []
    try:
        for command, shown in commands_in(SECTION):
            if command.startswith("make "):
                assert re.search(rf"^{command[5:]}:.*## ", MAKEFILE, re.MULTILINE)
                continue
            typed = command.replace(".venv/bin/", "").replace(SHOWN_ORIGIN, origin)
            typed = typed.replace("todo.example", site)
            for known, secret in secrets.items():
                typed = typed.replace(known, secret)
            if typed.endswith(" serve"):
                if services:
                    stop(services.pop())
                services.append(begin(typed, env, tmp_path))
                assert services[0].stdout
                printed = services[0].stdout.readline()
            elif typed == "caddy run":
                services.append(begin(typed, env, tmp_path))
                wait_for_tls(ports[1], Path(env["CURL_CA_BUNDLE"]))
                printed = ""
            else:
                printed = run(typed, shown, env, tmp_path)
            printed = printed.replace(origin, SHOWN_ORIGIN).replace(site, "todo.example")
            assert comparable(printed) == comparable(shown), command
            secrets |= dict(zip(SECRET.findall(shown), SECRET.findall(printed), strict=True))
        assert len(services) == 2
    finally:
        for service in services:
            stop(service)


def test_the_guide_names_every_command(tmp_path: Path) -> None:
    helped = run("todo-api --help", "", environment(), tmp_path)
    commands = re.findall(r"^  ([a-z]+)  +\S", helped.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) > 5
    assert [name for name in commands if f"`todo-api {name}" not in GUIDE] == []


def create_token(file: Path) -> None:
    """Create the token that is shown, as its user would by the API."""
    database = Database(f"sqlite:///{file}")
    with database.transaction() as db:
        user = select_user(db, "susan")
        assert user is not None
        insert_token(
            db,
            user.id,
            name="The tablet in the kitchen",
            scope="write",
            token_hash="",
            lifetime=timedelta(days=366),
            most=1,
        )
        db.execute(text(f"UPDATE tokens SET id = {SHOWN_TOKEN}, last_used_at = created_at"))  # noqa: S608 - ours
    database.close()


def begin(command: str, env: dict[str, str], home: Path) -> subprocess.Popen[str]:
    """Start a program that goes on running."""
    with (home / "errors.log").open("a") as errors:
        return subprocess.Popen(
            ["/bin/sh", "-c", re.sub(r"(?=\S*todo-api|caddy)", "exec ", command, count=1)],
            cwd=home,
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def stop(program: subprocess.Popen[str]) -> None:
    """End a program that was begun."""
    program.terminate()
    program.communicate(timeout=STOP_SECONDS)


def wait_for_tls(port: int, authority: Path) -> None:
    """Wait until a program that was begun shows a certificate that an authority has signed."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            context = ssl.create_default_context(cafile=str(authority))
            with (
                socket.create_connection(("localhost", port), START_SECONDS) as bare,
                context.wrap_socket(bare, server_hostname="localhost"),
            ):
                return
        except OSError:  # it makes the authority first, then it listens, then it is signed
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
