"""The proxies of ``deploy/``, each run as its file says, but for ports, host and certificate."""

import getpass
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.support.serving import CHECKOUT, STOP_SECONDS

DEPLOY = CHECKOUT / "deploy"
START_SECONDS = 20


class Place(NamedTuple):
    """Where a proxy runs in a test."""

    proxy: str
    folder: Path
    certificate: Path
    key: Path
    plain_port: int
    port: int
    service: str
    """Host and port of the service behind it."""
    second: str = "127.0.0.1:5001"
    """Those of another one beside it, where a proxy leads to two."""

    @property
    def origin(self) -> str:
        """How clients address it."""
        return f"https://localhost:{self.port}"


def nginx(place: Place) -> list[str]:
    """Return the command that runs nginx at a place."""
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = substituted(
        site,
        {
            "listen 80;": f"listen 127.0.0.1:{place.plain_port};",
            "listen 443 ssl;": f"listen 127.0.0.1:{place.port} ssl;",
            "https://$host$": f"{place.origin}$",
            "server_name todo.example;": "server_name localhost;",
            "127.0.0.1:5000": place.service,
            "/etc/ssl/certs/todo.pem": str(place.certificate),
            "/etc/ssl/private/todo.key": str(place.key),
        },
    )
    (place.folder / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {place.folder}/{kind};" for kind in kinds)
    (place.folder / "nginx.conf").write_text(
        f"user {getpass.getuser()}; daemon off; pid {place.folder}/pid; events {{}}"
        f" http {{ types {{ text/css css; }} access_log off; {paths} include site.conf; }}"
    )
    return ["nginx", "-e", "stderr", "-p", str(place.folder), "-c", "nginx.conf"]


def haproxy(place: Place) -> list[str]:
    """Return the command that runs HAProxy at a place."""
    both = place.folder / "todo.pem"
    both.write_bytes(place.certificate.read_bytes() + place.key.read_bytes())
    text = substituted(
        (DEPLOY / "haproxy.cfg").read_text("utf-8"),
        {
            "bind :80": f"bind 127.0.0.1:{place.plain_port}",
            "bind :443": f"bind 127.0.0.1:{place.port}",
            "/etc/ssl/private/todo.pem": str(both),
            "127.0.0.1:5000": place.service,
            "127.0.0.1:5001": place.second,
            "hdr Host todo.example": f"hdr Host localhost:{place.port}",
        },
    )
    (place.folder / "haproxy.cfg").write_text(text)
    return ["haproxy", "-f", str(place.folder / "haproxy.cfg")]


def caddy(place: Place) -> list[str]:
    """Return the command that runs Caddy at a place."""
    text = substituted(
        (DEPLOY / "Caddyfile").read_text("utf-8"),
        {
            "{$TODO_DOMAIN:localhost} {": f"localhost:{place.port} {{\n"
            f"tls {place.certificate} {place.key}\n",
            "{$TODO_SERVICE:127.0.0.1:5000}": place.service,
        },
    )
    options = f"{{\nadmin off\nskip_install_trust\nhttp_port {place.plain_port}\n}}\n"
    (place.folder / "Caddyfile").write_text(options + text)
    return ["caddy", "run", "--config", str(place.folder / "Caddyfile")]


PROXIES: dict[str, Callable[[Place], list[str]]] = {
    "nginx": nginx,
    "haproxy": haproxy,
    "caddy": caddy,
}


def substituted(text: str, values: dict[str, str]) -> str:
    """Return a configuration with values of the test's; each old one has to be there."""
    for old, new in values.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def running(command: list[str], place: Place) -> Iterator[None]:
    """Run a proxy until the end of the block."""
    with (place.folder / "log").open("w") as log:
        program = subprocess.Popen(command, cwd=place.folder, stdout=log, stderr=log)
    try:
        wait_for(place, program)
        yield
    finally:
        program.terminate()
        program.wait(STOP_SECONDS)


def wait_for(place: Place, program: subprocess.Popen[bytes]) -> None:
    """Wait until a proxy passes requests on to a service that is well."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answer = httpx2.get(f"{place.origin}/todo/api/v1.0/healthz", verify=False)
            if answer.status_code == 200:
                return
        except httpx2.TransportError:
            pass
        assert program.poll() is None, (place.folder / "log").read_text()
        assert time.monotonic() < deadline, (place.folder / "log").read_text()
        time.sleep(0.1)
