"""What readers of other programs' files have in common: their tasks, and what becomes of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from todo_api.formats.file import Item, LeftOut, Unreadable
from todo_api.formats.fitting import fitted


class Found(NamedTuple):
    """A task of another program, in the words of this one."""

    task: dict[str, Any]
    line: int | None
    at: str = ""
    """A JSON pointer, in one document of JSON."""
    id: str | None = None
    """What the program calls it, if it does."""
    faults: Sequence[Unreadable] = ()
    """What could not be read of it; then it is no task."""
    key: str | None = None
    """By what the file names it as the parent of others, if not by its id."""
    parent: str | None = None
    """The key of its parent."""


def as_items(
    program: str, found: Iterable[Found | LeftOut | Unreadable]
) -> Iterator[Item | LeftOut | Unreadable]:
    """Yield the tasks of a program, made to fit, each once; and all else."""
    seen = set()
    for one in found:
        if not isinstance(one, Found):
            yield one
        elif one.faults:
            yield from one.faults
        elif one.id in seen:
            yield LeftOut("tasks that the file has twice")
        else:
            uid = f"{program}:{one.id}" if one.id else None
            if one.id:
                seen.add(one.id)
            for part in fitted(one.task):
                if isinstance(part, LeftOut):
                    yield part
                else:
                    key = one.key or one.id
                    yield Item(one.line, part, one.at, uid, key=key, parent=one.parent)


def losses(*each: tuple[object, str]) -> Iterator[LeftOut]:
    """Yield what is named of each pair that has something."""
    return (LeftOut(what) for has, what in each if has)


def paragraphs(*texts: str) -> str:
    """Return the texts that are not empty, with a blank line between each two."""
    return "\n\n".join(filter(None, texts))


def checklist(items: Iterable[tuple[str, bool]]) -> str:
    """Return the points of a list in one text."""
    return "\n".join(f"- [{'x' if done else ' '}] {name}" for name, done in items)
