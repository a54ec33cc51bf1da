"""Tasks of other programs, made to fit: what has no place is left out, and named."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from todo_api import recurrence, times
from todo_api.formats.file import LeftOut

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_LABEL, MOST_LABELS = 200, 10_000, 50, 20
"""The limits of the document, to which a test compares them."""
MOST_READ = 10 * LONGEST_LABEL
"""Characters of a label that are looked at: the name of a list is a label of each of its tasks."""
NO_TITLE = "(no title)"
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\ufeff]+")
_FUTURE = "times of creation, change or completion that cannot be"


def fitted(task: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield what of a task has no place, and then the task."""
    title = _CONTROL.sub(" ", task.get("title") or "")
    if len(title) > LONGEST_TITLE or title.isspace():
        title = title.strip()
    task["title"] = title[:LONGEST_TITLE] or NO_TITLE
    text = (task.get("description") or "").replace("\0", "")
    if len(title) > LONGEST_TITLE:
        yield LeftOut("ends of long titles (the descriptions have them)")
        text = f"{title}\n\n{text}"
    task["description"] = text[:LONGEST_DESCRIPTION]
    if len(text) > LONGEST_DESCRIPTION:
        yield LeftOut("ends of long descriptions")
    task["labels"], lost = _labels(task.get("labels", ()))
    yield from [LeftOut("labels that are too long or too many")] * lost
    yield from _check_times(task)
    yield from _check_repeat(task)
    yield task


def _labels(given: Iterable[str]) -> tuple[list[str], int]:
    """Return what can be labels, and how many could not."""
    written = (" ".join(_CONTROL.sub(" ", label[:MOST_READ]).split()) for label in given)
    labels = list(dict.fromkeys(filter(None, written)))
    fit = [label for label in labels if len(label) <= LONGEST_LABEL][:MOST_LABELS]
    return fit, len(labels) - len(fit)


def _check_repeat(task: dict[str, Any]) -> Iterator[LeftOut]:
    """Leave out a rule that no task here can have."""
    if not (repeat := task.pop("repeat", None)):
        return
    try:
        task["repeat"] = {**repeat, "rule": str(recurrence.read_rule(repeat["rule"]))}
    except recurrence.RuleError:
        yield LeftOut("recurrences")


def _check_times(task: dict[str, Any]) -> Iterator[LeftOut]:
    """Leave out times that no task here can have."""
    for name in ("created_at", "updated_at", "completed_at"):
        if task.get(name) is None:
            task.pop(name, None)
        elif task[name] > times.now() or (name == "completed_at" and not task.get("done")):
            del task[name]
            yield LeftOut(_FUTURE)
    if task.get("updated_at", times.LAST) < task.get("created_at", times.FIRST):
        del task["updated_at"]
        yield LeftOut(_FUTURE)
