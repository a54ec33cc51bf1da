"""Whether what clients saw of a register is what one register, used by one client at a time, does.

The general question (linearizability) is hard, and this case is not: each value is written once,
and each write names the value that it replaced (`If-Match`). So the writes are in one order at
most, and a history is linearizable if and only if that order exists and nothing that had ended
before something else began comes after it. (Gibbons and Korach, "Testing shared memories", 1997:
with the order of writes given, time remains to be looked at.)
"""

import math
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple


class Operation(NamedTuple):
    """What a client did with a register, and when it began and ended, by one clock."""

    kind: Literal["read", "written", "refused", "unanswered"]
    """A write ended well, was refused by its precondition, or may have happened or not."""
    began: float
    ended: float
    value: str
    """What was read or was to be written."""
    replaces: str = ""
    """The value that a write names as its precondition."""


def faults_of(initial: str, history: Iterable[Operation]) -> list[str]:
    """Return a sentence for each way in which a history is not that of one register."""
    operations = list(history)
    faults: list[str] = []
    after = _successors(operations, faults)
    position = {initial: 0}
    value = initial
    while value in after and after[value].value not in position:
        value = after[value].value
        position[value] = len(position)
    known = [one for one in operations if one.kind in {"read", "written"}]
    lost = [one for one in known if one.value not in position]
    faults += [f"{one.value} was {one.kind}, but is in no order with the others." for one in lost]
    happened = [one for one in after.values() if one.kind == "unanswered"]
    placed = [one for one in known if one.value in position]
    faults += _out_of_time([*placed, *(one._replace(ended=math.inf) for one in happened)], position)
    faults += _refused_without_reason(operations, after)
    return faults


def _successors(operations: list[Operation], faults: list[str]) -> dict[str, Operation]:
    """Return, for each value, the write that replaced it; those that nobody saw are left out."""
    seen = {one.value for one in operations if one.kind == "read"}
    seen |= {one.replaces for one in operations if one.kind == "written"}
    after: dict[str, Operation] = {}
    for one in operations:
        if one.kind == "written" or (one.kind == "unanswered" and one.value in seen):
            rival = after.setdefault(one.replaces, one)
            if rival is not one:
                faults.append(f"{one.value} and {rival.value} have both replaced {one.replaces}.")
    return after


def _out_of_time(operations: list[Operation], position: dict[str, int]) -> Iterator[str]:
    """Yield what comes before something that had ended when it began."""
    by_end = iter(sorted(operations, key=lambda one: one.ended))
    ended = next(by_end, None)
    newest: Operation | None = None
    for one in sorted(operations, key=lambda one: one.began):
        while ended is not None and ended.ended < one.began:
            if newest is None or position[ended.value] >= position[newest.value]:
                newest = ended
            ended = next(by_end, None)
        if newest is None:
            continue
        ahead = position[newest.value] - position[one.value]
        if ahead > 0 or (ahead == 0 and one.kind != "read"):
            yield f"{one.value} was {one.kind} after {newest.value} had been {newest.kind}."


def _refused_without_reason(
    operations: list[Operation], after: dict[str, Operation]
) -> Iterator[str]:
    """Yield writes that were refused while the value that they named was there all the time."""
    unseen: dict[str, float] = {}
    for one in operations:
        if one.kind == "unanswered":
            unseen[one.replaces] = min(one.began, unseen.get(one.replaces, math.inf))
    for one in operations:
        if one.kind == "refused":
            other = after.get(one.replaces)
            began = unseen.get(one.replaces, math.inf) if other is None else other.began
            if began > one.ended:
                yield f"{one.value} was refused, but {one.replaces} was still there."
