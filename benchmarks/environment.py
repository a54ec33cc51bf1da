"""What the peers need, each built once from pinned and hashed packages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

ROOT = Path(__file__).parent.parent
WORKSHOP = ROOT / ".bench"
"""What a run leaves: the peers' packages, another commit's checkout. Git ignores it."""
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
FASTIFY = Path(__file__).with_name("peers") / "fastify"


def peers_python() -> Path:
    """Return the interpreter of the Python peers' environment, after building what has changed."""
    venv = WORKSHOP / "venv"
    stamp = venv / "requirements.stamp"
    python = venv / "bin" / "python"
    pins = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
        sys.stderr.write("Building the Python peers' environment (once, some 30 seconds) ...\n")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        install = ["install", "--require-hashes", "--requirement", str(REQUIREMENTS)]
        subprocess.run([*pip, *install], check=True)
        stamp.write_text(pins, encoding="utf-8")
    return python


def fastify_server() -> Path:
    """Return the program of the peer on Node.js, after installing what has changed."""
    stamp = FASTIFY / "node_modules" / "lock.stamp"
    pins = (FASTIFY / "package-lock.json").read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
        sys.stderr.write("Building Fastify's packages (once, some two minutes) ...\n")
        install = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(
            [_program("npm"), *install], check=True, cwd=FASTIFY, env={**os.environ, **_compiling()}
        )
        stamp.write_text(pins, encoding="utf-8")
    return FASTIFY / "server.js"


def _compiling() -> Mapping[str, str]:
    """Return what better-sqlite3 needs to be compiled here, against the headers beside node."""
    settings = {"npm_config_build_from_source": "better-sqlite3"}
    prefix = Path(_program("node")).resolve().parent.parent
    if (prefix / "include" / "node" / "node.h").exists():
        settings["npm_config_nodedir"] = str(prefix)
    return settings


def _program(name: str) -> str:
    """Return where a program is; `machine.check_fit` has made sure that it is there."""
    return shutil.which(name) or name


def versions(python: Path, *packages: str) -> str:
    """Return the installed versions of Python packages, as a person reads them."""
    script = "import sys; from importlib.metadata import version\n"
    script += "print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
    ended = subprocess.run(
        [python, "-c", script, *packages], capture_output=True, check=True, text=True
    )
    return ended.stdout.strip()


def node_versions(*packages: str) -> str:
    """Return the version of Node.js and those of packages, as a person reads them."""
    lock = orjson.loads((FASTIFY / "package-lock.json").read_bytes())
    ended = subprocess.run(
        [_program("node"), "--version"], capture_output=True, check=True, text=True
    )
    locked = (f"{name} {lock['packages'][f'node_modules/{name}']['version']}" for name in packages)
    return ", ".join([f"Node.js {ended.stdout.strip().removeprefix('v')}", *locked])
