"""The files of `deploy/` are what the programs that read them take."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.proxies import DEPLOY
from tests.support.databases import lack
from tests.support.serving import CHECKOUT
from todo_api.settings import read_settings

UNIT = (DEPLOY / "todo-api.service").read_text("utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")


def output_of(*command: str) -> str:
    """Return what a program prints, having ended well."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_linter_of_containers_finds_nothing() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    assert output_of(str(linter), str(DEPLOY / "Containerfile")) == ""


def test_what_the_container_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    assert copied
    for path in " ".join(copied).split():
        assert (CHECKOUT / path).exists(), path


def test_the_containers_settings_are_settings() -> None:
    found = dict(re.findall(r"(TODO_\w+)=(\S+)", CONTAINERFILE.partition("\nFROM ")[2]))
    assert str(read_settings(found).database_url) == "sqlite:////data/todo.db"


def test_the_composition_names_only_what_it_declares() -> None:
    composed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = composed["services"]
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if "/" in source else source in composed["volumes"]
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service.get("networks", ())) <= {*composed["networks"], "default"}
    build = services["service"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Containerfile")
    given = services["service"]["environment"]
    values = {name: re.sub(r"\$\{\w+[^}]*\}", "todo.example", each) for name, each in given.items()}
    settings = read_settings(values)
    proxy = services["proxy"]["networks"]["proxied"]["ipv4_address"]
    assert [str(each) for each in settings.trusted_proxies] == [f"{proxy}/32"]


def test_haproxy_takes_the_file_that_leads_to_postgresql() -> None:
    if shutil.which("haproxy") is None:
        lack("haproxy")
    output_of("haproxy", "-c", "-f", str(DEPLOY / "haproxy-postgresql.cfg"))


def test_patroni_acknowledges_only_what_two_nodes_have() -> None:
    patroni: dict[str, Any] = yaml.safe_load((DEPLOY / "patroni.yaml").read_text("utf-8"))
    shared = patroni["bootstrap"]["dcs"]
    assert shared["synchronous_mode"] is shared["synchronous_mode_strict"] is True
    # What Patroni asks of these three.
    assert shared["ttl"] >= max(20, shared["loop_wait"] + 2 * shared["retry_timeout"])


def test_systemd_can_run_the_unit_and_finds_it_well_confined(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        lack("systemd")
    unit = tmp_path / "todo-api.service"
    unit.write_text(UNIT.replace("/opt/todo-api/bin/todo-api", sys.executable))
    assert output_of("systemd-analyze", "verify", str(unit)) == ""
    told = output_of("systemd-analyze", "security", "--offline=true", str(unit))
    exposure = re.findall(r"Overall exposure level for .*?: ([\d.]+)", told)
    assert float(exposure[0]) < 2
