"""The parents of tasks that are imported: each names the key of another task of its file."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

from todo_api.storage import MOST_LEVELS

ORPHANS = "parents that the file does not have"
CIRCLES = "parents that are parts of their own parts"
TOO_DEEP = f"levels below the {MOST_LEVELS}th"


def parents_in(
    keys: Sequence[Hashable | None],
    parents: Mapping[int, Hashable],
    levels: Mapping[int, int],
    left_out: Counter[str],
) -> dict[int, int]:
    """Return by the place of a task, counted in the file, the place of its parent.

    `keys` are those of all tasks; if several have the same, the first is meant. `parents` has the
    keys of parents, and `levels` the levels of tasks that are in the list already: theirs stay as
    they are. What is lost is counted in `left_out`.
    """
    places: dict[Hashable, int] = {}
    for place, key in enumerate(keys):
        if key is not None:
            places.setdefault(key, place)
    wanted = {place: places.get(key) for place, key in parents.items() if place not in levels}
    found = {place: parent for place, parent in wanted.items() if parent is not None}
    left_out[ORPHANS] += len(wanted) - len(found)
    for place in _in_circles(found):
        del found[place]
        left_out[CIRCLES] += 1
    known = dict(levels)
    for place in list(found):
        for one in reversed(list(_above(place, found, known))):
            if one not in found:
                known[one] = 1
                continue
            if found[one] in levels and known[found[one]] == MOST_LEVELS:
                left_out[TOO_DEEP] += 1
                known[one] = 1
                del found[one]
                continue
            if known[found[one]] == MOST_LEVELS:
                left_out[TOO_DEEP] += 1
                found[one] = found[found[one]]
            known[one] = known[found[one]] + 1
    return found


def _above(place: int, parents: Mapping[int, int], known: Mapping[int, int]) -> Iterator[int]:
    """Yield a task, and those above it up to the first whose level is known."""
    while place not in known:
        yield place
        if place not in parents:
            return
        place = parents[place]


def _in_circles(parents: Mapping[int, int]) -> Iterator[int]:
    """Yield a task of each circle of parents."""
    seen: dict[int, int] = {}
    for first in list(parents):
        place = first
        while place in parents and place not in seen:
            seen[place] = first
            place = parents[place]
        if seen.get(place) == first and place in parents:
            yield place
