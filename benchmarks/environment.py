"""The peers' own virtual environment, built once from pinned and hashed packages."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORKSHOP = ROOT / ".bench"
"""What a run leaves: the peers' packages, and the figures of the last one. Git ignores it."""
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def peers_python() -> Path:
    """Return the interpreter of the peers' environment, after building what has changed."""
    venv = WORKSHOP / "venv"
    stamp = venv / "requirements.stamp"
    python = venv / "bin" / "python"
    pins = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
        sys.stderr.write("Building the peers' environment (once, some 20 seconds) ...\n")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        install = ["install", "--require-hashes", "--requirement", str(REQUIREMENTS)]
        subprocess.run([*pip, *install], check=True)
        stamp.write_text(pins, encoding="utf-8")
    return python


def versions(python: Path, *packages: str) -> str:
    """Return the installed versions of packages, as a person reads them."""
    script = "import sys; from importlib.metadata import version\n"
    script += "print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
    ended = subprocess.run(
        [python, "-c", script, *packages], capture_output=True, check=True, text=True
    )
    return ended.stdout.strip()
