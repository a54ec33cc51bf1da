"""Three nodes of PostgreSQL under Patroni, with etcd and HAProxy, as `deploy/` sets them up."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import yaml

from tests.support.serving import CHECKOUT, STOP_SECONDS, free_port

DEPLOY = CHECKOUT / "deploy"
NAMES = ("one", "two", "three")
SETTLING_SECONDS = 180
PYTHON = "/usr/bin/python3"
"""One that PostgreSQL's account can run, wherever the checkout and its environment are."""
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
PROGRAMS = {
    "etcd": "etcd-server",
    "haproxy": "haproxy",
    "pg_rewind": "postgresql",
    "python3": "python3",
}


class LackingError(Exception):
    """This machine lacks a program; the message says which package has it."""


def postgresql_programs() -> Path | None:
    """Return the folder with the newest PostgreSQL's programs, as Debian installs it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_rewind"))
    return max(found, key=lambda path: float(path.parts[-3])).parent if found else None


def look_for_programs() -> None:
    """Raise `LackingError` unless all are there."""
    path = f"{os.environ['PATH']}:/usr/sbin:{postgresql_programs() or ''}"
    lacking = [PROGRAMS[name] for name in PROGRAMS if shutil.which(name, path=path) is None]
    if lacking:
        raise LackingError(
            f"This needs programs that are not here: install {' and '.join(lacking)}"
            f" (Debian and Ubuntu: apt install {' '.join(lacking)})."
        )


def install_patroni(folder: Path) -> None:
    """Install Patroni from its lock, into a folder."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", PYTHON, "--disable-pip-version-check"),
            *("install", "-qq", "--require-hashes", "--root-user-action", "ignore"),
            *("--target", folder, "--requirement", REQUIREMENTS),
        ],
        check=True,
    )


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = SETTLING_SECONDS) -> None:
    """Wait for a condition."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"After {seconds:.0f} seconds, {what}.")
        time.sleep(0.2)


class Node:
    """A PostgreSQL that Patroni looks after."""

    def __init__(self, name: str, folder: Path, etcd: str) -> None:
        self.name = name
        self.port, self.rest_port = free_port(), free_port()
        self._folder = folder
        self._data = folder / "data"
        self._configuration = folder / "patroni.yaml"
        self._packages = folder.parent / "packages"
        self._patroni: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        shipped = yaml.safe_load((DEPLOY / "patroni.yaml").read_text("utf-8"))
        self._configuration.write_text(yaml.safe_dump(self._at_home(shipped, etcd)), "utf-8")
        _give(folder)
        _give(self._configuration)

    def _at_home(self, shipped: dict[str, Any], etcd: str) -> dict[str, Any]:
        """Return the configuration that is shipped, with this node's addresses and folders."""
        programs = postgresql_programs()
        postgresql = shipped["postgresql"]
        for account in postgresql["authentication"].values():
            account["password"] = "secret"
        postgresql |= {
            "listen": f"127.0.0.1:{self.port}",
            "connect_address": f"127.0.0.1:{self.port}",
            "data_dir": str(self._data),
            "bin_dir": str(programs),
            "pgpass": str(self._folder / "pgpass"),
            "parameters": {
                "unix_socket_directories": str(self._folder),
                "shared_buffers": "32MB",
            },
            "pg_hba": [
                line.replace("10.0.0.0/24", "127.0.0.1/32").replace("peer", "trust")
                for line in postgresql["pg_hba"]
            ],
        }
        rest = f"127.0.0.1:{self.rest_port}"
        return shipped | {
            "name": self.name,
            "etcd3": {"hosts": etcd},
            "restapi": {"listen": rest, "connect_address": rest},
            "watchdog": {"mode": "off"},
        }

    def start(self) -> None:
        """Start Patroni, which starts PostgreSQL."""
        with (self._folder / "log").open("ab") as log:
            self._patroni = subprocess.Popen(
                [PYTHON, "-m", "patroni", str(self._configuration)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=_plain_environment() | {"PYTHONPATH": str(self._packages)},
                start_new_session=True,
                **_account(),
            )

    def answers(self, path: str) -> bool:
        """Tell whether Patroni answers with 200."""
        with suppress(httpx2.TransportError):
            url = f"http://127.0.0.1:{self.rest_port}{path}"
            return httpx2.get(url, timeout=3).status_code == 200
        return False

    def members(self) -> list[dict[str, Any]]:
        """Return what Patroni knows of all nodes."""
        with suppress(httpx2.TransportError, json.JSONDecodeError):
            url = f"http://127.0.0.1:{self.rest_port}/cluster"
            members: list[dict[str, Any]] = httpx2.get(url, timeout=3).json()["members"]
            return members
        return []

    def crash(self) -> None:
        """Kill PostgreSQL, but not Patroni."""
        self._signal_postgresql(signal.SIGKILL)

    def kill(self) -> None:
        """Kill everything, as a machine that loses power."""
        self._signal_all(signal.SIGKILL)
        assert self._patroni
        self._patroni.wait()

    def pause(self) -> None:
        """Let everything stand still, as a machine that hangs."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let everything go on."""
        self._signal_all(signal.SIGCONT)

    def stop(self) -> None:
        """End everything."""
        if self._patroni is None:
            return
        self.resume()
        self._patroni.terminate()
        try:
            self._patroni.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._patroni.kill()
        self._signal_postgresql(signal.SIGKILL)

    def last_of_log(self) -> str:
        """Return the end of Patroni's log."""
        return "\n".join((self._folder / "log").read_text("utf-8").splitlines()[-20:])

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._patroni
        with suppress(ProcessLookupError):
            self._patroni.send_signal(number)
        self._signal_postgresql(number)

    def _signal_postgresql(self, number: signal.Signals) -> None:
        """Signal the server's first process, which then makes no others, and the others."""
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            first = int((self._data / "postmaster.pid").read_text().split()[0])
            # A file that is left over may name another program's process by now.
            if str(self._data).encode() not in Path(f"/proc/{first}/cmdline").read_bytes():
                return
            children = Path(f"/proc/{first}/task/{first}/children")
            if number is signal.SIGKILL:
                others = children.read_text().split()
                os.kill(first, number)
            else:
                os.kill(first, number)
                others = children.read_text().split()
            for pid in others:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), number)


class Cluster:
    """The nodes, and the address at which HAProxy leads to the one that takes writes."""

    def __init__(self, nodes: list[Node], port: int) -> None:
        self.nodes = nodes
        self._port = port

    @property
    def url(self) -> str:
        """The service's database."""
        return f"postgresql://todo:secret@127.0.0.1:{self._port}/todo"

    def primary(self) -> Node:
        """Return the node that takes writes."""
        return next(node for node in self.nodes if node.answers("/primary"))

    def is_whole(self) -> bool:
        """Tell whether all nodes run, and two of them hold what is acknowledged."""
        members = self.nodes[0].members()
        roles = sorted(member["role"] for member in members)
        return (
            roles == ["leader", "replica", "sync_standby"]
            and all(member["state"] in {"running", "streaming"} for member in members)
            and len({member.get("timeline") for member in members}) == 1
            and any(node.answers("/primary") for node in self.nodes)
        )

    def wait_until_whole(self) -> None:
        """Wait until the next failure may come."""
        try:
            wait_until(self.is_whole, "the cluster is not whole again")
        except TimeoutError as error:
            for node in self.nodes:
                error.add_note(f"{node.name}: {node.last_of_log()}")
            raise

    def create_database(self) -> None:
        """Make the service's user and database, as the file of Patroni says."""
        port = self.primary().port
        login = f"postgresql://postgres:secret@127.0.0.1:{port}/postgres"
        with psycopg.connect(login, autocommit=True) as connection:
            connection.execute("CREATE USER todo PASSWORD 'secret'")
            connection.execute("CREATE DATABASE todo OWNER todo")


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Run etcd, three nodes and HAProxy until the end of the block."""
    _give(folder)
    install_patroni(folder / "packages")
    etcd, port = f"127.0.0.1:{free_port()}", free_port()
    with ExitStack() as stack:
        stack.enter_context(_program(folder, "etcd", *_etcd_arguments(folder, etcd)))
        nodes = [Node(name, folder / name, etcd) for name in NAMES]
        cluster = Cluster(nodes, port)
        wait_until(lambda: _accepts(etcd), "etcd does not answer")
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        cluster.wait_until_whole()
        cluster.create_database()
        configuration = folder / "haproxy.cfg"
        configuration.write_text(_haproxy(nodes, port), "utf-8")
        _give(configuration)
        stack.enter_context(_program(folder, "haproxy", "-f", str(configuration)))
        yield cluster


def _etcd_arguments(folder: Path, address: str) -> list[str]:
    peers = f"http://127.0.0.1:{free_port()}"
    return [
        *("--name", "etcd", "--data-dir", str(folder / "etcd"), "--log-level", "warn"),
        *("--listen-client-urls", f"http://{address}"),
        *("--advertise-client-urls", f"http://{address}"),
        *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
        *("--initial-cluster", f"etcd={peers}"),
    ]


def _haproxy(nodes: list[Node], port: int) -> str:
    """Return the configuration that is shipped, with the addresses of these nodes."""
    text = (DEPLOY / "haproxy-postgresql.cfg").read_text("utf-8")
    text = text.replace("bind 127.0.0.1:5433", f"bind 127.0.0.1:{port}")
    text = text.replace("check port 8008 ", "check ")
    for number, node in enumerate(nodes, 1):
        text = text.replace(
            f"10.0.0.{number}:5432", f"127.0.0.1:{node.port} check port {node.rest_port}"
        )
    return text


@contextmanager
def _program(folder: Path, name: str, *arguments: str) -> Iterator[None]:
    with (folder / f"{name}.log").open("ab") as log:
        program = subprocess.Popen(
            [name, *arguments],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=_plain_environment(),
            start_new_session=True,
            **_account(),
        )
    try:
        yield
    finally:
        program.terminate()
        program.wait(STOP_SECONDS)


def _accepts(address: str) -> bool:
    with suppress(httpx2.TransportError):
        return httpx2.get(f"http://{address}/health", timeout=3).status_code == 200
    return False


def _plain_environment() -> dict[str, str]:
    """Return an environment without anything of the checkout's."""
    return {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def _account() -> dict[str, Any]:
    """Return whose processes these are: PostgreSQL refuses to be root's."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")
