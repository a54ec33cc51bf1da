"""The document against the last one that was released.

``python -m tests.programs.contract_diff`` names the changes that break a client, and fails if
there are any, unless ``info.version`` has a higher major number than the released document's.

``python -m tests.programs.contract_diff release`` does the same, and then keeps the document as
released.
"""

import shutil
import sys
from pathlib import Path

import yaml

from tests.programs.contract_diff.contract import Node, broken_promises

OPENAPI = Path(__file__).parents[3] / "openapi"


def main(folder: Path, *, release: bool) -> str:
    """Return the result as text; exit with a sentence if something is wrong."""
    document, released = folder / "todo.yaml", folder / "released"
    version = version_of(read(document))
    last = max(released.glob("*.yaml"), key=lambda file: version_of(read(file)), default=None)
    if last and release and version <= version_of(read(last)):
        raise SystemExit(f"{last.stem} is released: raise info.version in {document}.")
    told = compare(read(last), read(document)) if last else "Nothing was released before."
    if not release:
        return told
    released.mkdir(exist_ok=True)
    kept = released / f"{'.'.join(map(str, version))}.yaml"
    shutil.copyfile(document, kept)
    return f"{told}\nReleased as {kept}."


def compare(old: Node, new: Node) -> str:
    """Return what the new document means for clients; exit if it breaks them without saying so."""
    was, now = old["info"]["version"], new["info"]["version"]
    promises = broken_promises(old, new)
    if not promises:
        return f"{now} breaks no client of {was}."
    told = "\n  ".join([f"{now} breaks clients of {was}:", *promises])
    if version_of(new)[0] > version_of(old)[0]:
        return told
    raise SystemExit(f"{told}\nTake that back, or raise the first number of info.version.")


def version_of(document: Node) -> tuple[int, int, int]:
    """Return the numbers of the document's version (semver.org, without pre-releases)."""
    major, minor, patch = map(int, document["info"]["version"].split("."))
    return major, minor, patch


def read(file: Path) -> Node:
    """Return a document that was written as YAML."""
    document: Node = yaml.safe_load(file.read_text("utf-8"))
    return document


if __name__ == "__main__":
    print(main(OPENAPI, release=sys.argv[1:] == ["release"]))  # noqa: T201 - what was asked for
