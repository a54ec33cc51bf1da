"""The package: what the wheel contains, and that it serves without a checkout.

The wheel is built from the source distribution and installed beside exactly what the runtime lock
names, copied from the environment that runs the tests: nothing is downloaded, and nothing that
only developers have is in reach.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import httpx2
import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "openapi" / "todo.yaml"
API = "/todo/api/v1.0"


def test_the_wheel_holds_the_package_with_the_document_inside_and_nothing_else(wheel: Path) -> None:
    sources = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "todo_api").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        document = archive.read("todo_api/openapi/todo.yaml")

    metadata = f"todo_api-{version('todo-api')}.dist-info/"
    assert {name for name in held if not name.startswith(metadata)} == {
        *sources,
        "todo_api/openapi/todo.yaml",
    }
    assert f"{metadata}licenses/LICENSE" in held
    assert document == DOCUMENT.read_bytes()


def test_the_wheel_tells_type_checkers_that_the_package_is_typed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert "todo_api/py.typed" in archive.namelist()


def test_the_runtime_lock_holds_all_that_the_package_asks_for(environment: Path) -> None:
    checked = run(sys.executable, "-m", "pip", "--python", python_of(environment), "check")

    assert "No broken requirements found" in checked


def test_the_installed_command_tells_its_version_and_nothing_else(
    environment: Path, tmp_path: Path
) -> None:
    assert run(command_of(environment), "--version", cwd=tmp_path).split() == [
        "todo-api,",
        "version",
        version("todo-api"),
    ]


def test_the_installed_package_is_what_answers(environment: Path, tmp_path: Path) -> None:
    where = "import todo_api.document as d; print(d.__file__, d.document_path(), sep='\\n')"
    package = packages_of(environment) / "todo_api"

    assert run(python_of(environment), "-c", where, cwd=tmp_path).splitlines() == [
        str(package / "document.py"),
        str(package / "openapi" / "todo.yaml"),
    ]


def test_the_installed_service_reaches_its_database(service: str) -> None:
    health = httpx2.get(f"{service}{API}/healthz")

    assert (health.status_code, health.json()) == (200, {"status": "ok"})


def test_the_installed_service_shows_its_document(service: str) -> None:
    document = httpx2.get(f"{service}{API}/openapi.json")

    assert document.status_code == 200
    assert document.json()["info"] == yaml.safe_load(DOCUMENT.read_text("utf-8"))["info"]


def test_the_installed_service_has_its_console(service: str) -> None:
    console = httpx2.get(f"{service}{API}/ui/")

    assert console.status_code == 200
    assert console.headers["Content-Type"].startswith("text/html")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as for an index: from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel and the runtime lock, and nothing else."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=sys.platform != "win32")
    copy_locked_packages(packages_of(environment))
    install = ("install", "--quiet", "--no-deps", "--no-index", wheel)
    run(sys.executable, "-m", "pip", "--python", python_of(environment), *install)
    return environment


@pytest.fixture(scope="module")
def service(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve from a folder outside the checkout; give the URL."""
    with subprocess.Popen(
        [command_of(environment), "serve"],
        cwd=tmp_path_factory.mktemp("service"),
        env=os.environ | {"TODO_PORT": "0", "TODO_CREATE_DATABASE": "true"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        announced = re.match(r"Serving (http://127\.0\.0\.1:\d+)/", process.stdout.readline())
        try:
            assert announced, "the service did not start; its own words stand above"
            yield announced[1]
        finally:
            process.terminate()


def copy_locked_packages(folder: Path) -> None:
    """Copy the packages in the runtime lock that are meant for this platform."""
    lock = (CHECKOUT / "requirements" / "runtime.txt").read_text("utf-8")
    for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE):
        with suppress(PackageNotFoundError):
            package = distribution(name)
            for file in package.files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    copy = folder / file
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(Path(str(package.locate_file(file))), copy)


def packages_of(environment: Path) -> Path:
    return path_in(environment, "purelib")


def python_of(environment: Path) -> Path:
    return path_in(environment, "scripts") / "python"


def command_of(environment: Path) -> Path:
    return path_in(environment, "scripts") / "todo-api"


def path_in(environment: Path, name: str) -> Path:
    base = str(environment)
    return Path(sysconfig.get_path(name, "venv", {"base": base, "platbase": base}))


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command that must succeed; return what it printed, warnings included."""
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
