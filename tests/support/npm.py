"""What npm brings to the tests."""

import shutil
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock

from tests.support.databases import lack


def installed(folder: Path) -> Path:
    """Install what a folder's lock lists, once, and return where its programs are.

    Tests in several processes ask for the same packages, and npm begins by removing them.
    """
    npm = shutil.which("npm")
    if npm is None:
        lack("Node.js")
    name = blake2b(str(folder).encode(), digest_size=8).hexdigest()
    with FileLock(Path(tempfile.gettempdir()) / f"npm-{name}.lock"):
        if not _is_current(folder):
            command = [str(npm), "ci", "--ignore-scripts", "--prefer-offline"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder / "node_modules" / ".bin"


def _is_current(folder: Path) -> bool:
    """Tell whether all is there: npm ends by writing down what it has installed."""
    written = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    return written.exists() and written.stat().st_mtime >= lock.stat().st_mtime
