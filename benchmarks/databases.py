"""What servers start with: an own database each, of either engine, or none."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders import POSTGRESQL, SQLITE, Contender, service
from benchmarks.engines import PostgreSQLTemplate, SQLiteTemplate, Template
from benchmarks.seeding import Tasks, seed


class Databases:
    """The same users and tasks in a database of each engine, which the service has made."""

    def __init__(self, folder: Path, postgresql: int, users: Mapping[str, Tasks]) -> None:
        """Make both; ``postgresql`` is the port of a server."""

        def fill(url: str) -> None:
            seed(service(), url, folder, users)

        self._templates: dict[str, Template] = {
            SQLITE: SQLiteTemplate(folder, fill),
            POSTGRESQL: PostgreSQLTemplate(postgresql, fill),
        }

    @contextmanager
    def copy_for(self, contender: Contender) -> Iterator[str]:
        """Give the URL of a copy, for the length of the block; no URL to what needs none."""
        if contender.engine is None:
            yield ""
        else:
            with self._templates[contender.engine].copy() as url:
                yield url
