"""Files that other programs export: a module for each program.

Each says in its own words what of a task becomes what; `found` makes it fit, and knows it again.
`records` reads objects of JSON and `tables` rows of CSV; `tags` finds labels within titles.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from todo_api.contract import Text
from todo_api.formats.file import Item, LeftOut, Unreadable
from todo_api.formats.programs import (
    google_tasks,
    microsoft_to_do,
    taskwarrior,
    ticktick,
    todoist,
    todotxt,
    trello,
)
from todo_api.formats.programs.found import Found, as_items

_READERS: Mapping[str, Callable[[Text], Iterator[Found | LeftOut | Unreadable]]] = {
    "todoist": todoist.read,
    "ticktick": ticktick.read,
    "microsoft_to_do": microsoft_to_do.read,
    "google_tasks": google_tasks.read,
    "trello": trello.read,
    "taskwarrior": taskwarrior.read,
    "todotxt": todotxt.read,
}


def _read(program: str, body: Text) -> Iterator[Item | LeftOut | Unreadable]:
    return as_items(program, _READERS[program](body))


READERS: Mapping[str, Callable[[Text], Iterator[Item | LeftOut | Unreadable]]] = {
    program: partial(_read, program) for program in _READERS
}
"""What reads the file of each program."""
