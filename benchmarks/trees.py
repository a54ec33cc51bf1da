"""Checkouts of the service: this one, another one, or any commit."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.contenders import Contender, service
from benchmarks.environment import ROOT, WORKSHOP

CHECKOUT = WORKSHOP / "against"
"""Where a commit is built. It stays: the next commit with the same lock needs no new packages."""


class NoTreeError(Exception):
    """There is nothing to compare with; the message is a sentence that says why."""


def this_tree() -> Contender:
    """Return the service as it is here, whatever of it is committed."""
    return service("here", "here")


def other_tree(name: str) -> Contender:
    """Return the service of another checkout, named by its folder, or of a commit.

    Raises:
        NoTreeError: if there is neither, or it cannot be built.

    """
    if Path(name).is_dir():
        return service("there", name, _program_in(Path(name).resolve()))
    commit = _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if CHECKOUT.exists():
        _git("-C", str(CHECKOUT), "checkout", "--quiet", "--force", "--detach", commit)
    else:
        _git("worktree", "prune")
        _git("worktree", "add", "--quiet", "--detach", str(CHECKOUT), commit)
    sys.stderr.write(f"Building {commit[:9]} in {CHECKOUT} ...\n")
    make = ["make", "--silent", "--directory", str(CHECKOUT), f"PYTHON={sys.executable}", "setup"]
    if subprocess.run(make, check=False).returncode:
        raise NoTreeError(f"{name} could not be built; what make said stands above.")
    return service("there", commit[:9], _program_in(CHECKOUT))


def _program_in(folder: Path) -> Path:
    program = folder / ".venv" / "bin" / "todo-api"
    if not program.exists():
        raise NoTreeError(f"There is no {program}: run `make setup` in {folder} first.")
    return program


def _git(*arguments: str) -> str:
    command = [shutil.which("git") or "git", *arguments]
    ended = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
    if ended.returncode:
        what = ended.stderr.strip() or "no such commit"
        raise NoTreeError(f"git {' '.join(arguments)}: {what}.")
    return ended.stdout.strip()
