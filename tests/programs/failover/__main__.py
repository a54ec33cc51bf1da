"""Have the primary of three PostgreSQL nodes fail again and again while clients write.

Three nodes under Patroni (synchronous and strict), with etcd and HAProxy as `deploy/` configures
them, and two processes of the service. In turn the primary's machine is killed, the primary hangs
until another one has taken over, and its PostgreSQL alone is killed. No acknowledged write may be
lost or doubled, what clients saw of the tasks that they share has to be what one register does,
and each time all clients have to have a write acknowledged again within 30 seconds.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import click
import httpx2

from tests.programs.failover.clients import MIGUEL, Client, faults_of_creations
from tests.programs.failover.cluster import (
    Cluster,
    LackingError,
    Node,
    look_for_programs,
    running_cluster,
    wait_until,
)
from tests.programs.failover.history import Operation, faults_of
from tests.support.clients import PASSWORD_HASH
from tests.support.processes import running
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    insert_user,
    migrate,
)

CLIENTS = 8
REGISTERS = 4
LIMIT = 30
"""Within so many seconds, all clients write again."""
BEFORE_SECONDS = 3
"""How long clients write undisturbed before each failure."""
FAILURES = {
    "its machine is killed": (Node.kill, Node.start),
    "it hangs": (Node.pause, Node.resume),
    "its PostgreSQL is killed": (Node.crash, lambda _: None),
}


@click.command(help=__doc__)
@click.option("--times", default=20, show_default=True, help="How often the primary fails.")
def main(times: int) -> None:
    """Exit with 1 if a promise was not kept."""
    try:
        look_for_programs()
    except LackingError as error:
        raise click.ClickException(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="failover-") as folder:
        click.echo("Installing Patroni and starting three nodes ...")
        with running_cluster(Path(folder)) as cluster:
            faults = _story(cluster, Path(folder), times)
    for fault in faults:
        click.echo(f"NOT KEPT: {fault}")
    if not faults:
        click.echo("Nothing was lost or doubled, and the history of each register is linearizable.")
    sys.exit(bool(faults))


def _story(cluster: Cluster, folder: Path, times: int) -> list[str]:
    """Have failures while clients write; return what was not kept."""
    # HAProxy takes every node for a primary until it has looked.
    wait_until(lambda: _is_prepared(cluster.url), "the database cannot be prepared")
    with _two_services(cluster.url, folder) as services:
        registers = [_created(services[0], f"initial {number}") for number in range(REGISTERS)]
        clients = [Client(f"client{number}", services, registers) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            outages = list(_failures(cluster, clients, times))
        finally:
            click.echo("Waiting for the clients to end ...")
            for client in clients:
                client.finish()
        tasks = _all_tasks(services[0])
        faults = faults_of_creations(clients, tasks)
        for number, register in enumerate(registers):
            history = [one for client in clients for one in client.history[register]]
            history.append(_last_read(services[0], register))
            faults += faults_of(f"initial {number}", history)
    _report(clients, outages)
    faults += [f"writes resumed after {one:.1f} seconds" for one in outages if one > LIMIT]
    return faults


def _is_prepared(url: str) -> bool:
    """Migrate the database and add a user; tell whether that went well."""
    database = Database(url)
    try:
        migrate(database)
        with database.transaction() as db:
            insert_user(db, username="miguel", email=None, password_hash=PASSWORD_HASH)
    except (DatabaseUnreachableError, DatabaseUnavailableError):
        return False
    finally:
        database.close()
    return True


@contextmanager
def _two_services(url: str, folder: Path) -> Iterator[list[str]]:
    settings = {"TODO_MAX_TASKS": "0", "TODO_MAX_TEXT_BYTES": "0", "TODO_MAX_KEYS": "0"}
    settings |= {"TODO_DATABASE_WAIT_SECONDS": "60"}
    with (
        running(folder / "one.log", url, **settings) as one,
        running(folder / "two.log", url, **settings) as two,
    ):
        yield [one.url, two.url]
    for log in ("one.log", "two.log"):
        said = (folder / log).read_text("utf-8")
        if "Traceback" in said:
            raise click.ClickException(f"The service has failed by itself:\n{said}")


def _failures(cluster: Cluster, clients: Sequence[Client], times: int) -> Iterator[float]:
    """Have the primary fail so many times; yield how long it took until all wrote again."""
    for number, failure in zip(range(1, times + 1), cycle(FAILURES), strict=False):
        cluster.wait_until_whole()
        time.sleep(BEFORE_SECONDS)
        node = cluster.primary()
        fail, heal = FAILURES[failure]
        fail(node)
        failed = time.monotonic()
        wait_until(lambda since=failed: _all_write(clients, since), "not all clients write again")  # type: ignore[misc]
        outage = time.monotonic() - failed
        heal(node)
        click.echo(
            f"{number:>3}/{times}  {node.name:5}  {failure:25}  all write after {outage:4.1f} s"
        )
        yield outage
    cluster.wait_until_whole()


def _all_write(clients: Sequence[Client], since: float) -> bool:
    """Tell whether each client has had a write acknowledged that it began since then."""
    for client in clients:
        if client.failure is not None:
            raise client.failure
    return all(client.acknowledged_begun > since for client in clients)


def _created(service: str, title: str) -> str:
    answer = httpx2.post(f"{service}/tasks", json={"title": title}, auth=MIGUEL, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["task"]["uri"]).partition("/v1.0")[2]


def _last_read(service: str, register: str) -> Operation:
    began = time.monotonic()
    answer = httpx2.get(service + register, auth=MIGUEL, timeout=30)
    return Operation("read", began, time.monotonic(), answer.json()["task"]["title"])


def _all_tasks(service: str) -> list[dict[str, Any]]:
    answer = httpx2.get(
        f"{service}/tasks/export", params={"format": "json"}, auth=MIGUEL, timeout=60
    )
    assert answer.status_code == 200, answer.text
    tasks: list[dict[str, Any]] = answer.json()["tasks"]
    return tasks


def _report(clients: Sequence[Client], outages: Sequence[float]) -> None:
    created = sum(len(client.created) for client in clients)
    operations = [one for client in clients for each in client.history.values() for one in each]
    unanswered = sum(one.kind == "unanswered" for one in operations)
    click.echo(
        f"{created} creations were acknowledged; {len(operations)} reads and changes of"
        f" {REGISTERS} shared tasks, {unanswered} of them without an answer."
    )
    if outages:
        click.echo(
            f"All clients wrote again after {median(outages):.1f} s (median),"
            f" {max(outages):.1f} s at most."
        )


if __name__ == "__main__":
    main()
