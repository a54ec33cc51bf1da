"""The keys of the order by hand: between any two there is another, so a move changes one task.

A key is a fraction, written in digits of 32 bits, each as eight characters; keys are compared as
texts. None ends with a digit of zero, below which there would be no room. A task begins with the
key of its number within its list, so a new one comes last and nothing is looked up for it.
"""

from todo_api.storage.lists import number_within

WIDTH = 8
"""Characters of a digit."""
BASE = 16**WIDTH
FIRST = BASE // 2
"""So that there is room before the first task of a list."""
GAP = 8
"""Between two tasks that have never been moved."""
STEP = 2**16
"""How far from the last one a key is put, where tasks are moved to one place again and again: so
they take one more digit after 30,000 moves, and wherever they go, one after 16."""
LONGEST = 2400
"""An entry of an index of PostgreSQL has little more room."""


def position_of(task_id: int) -> str:
    """Return the key of a task that has never been moved."""
    return f"{FIRST + GAP * number_within(task_id):0{WIDTH}x}"


def between(low: str, high: str) -> str:
    """Return a key between two; nothing is below the empty one."""
    lows, highs = _digits(low), _digits(high)
    found: list[int] = []
    is_bounded = True
    while True:
        place = len(found)
        least = lows[place] if place < len(lows) else 0
        most = BASE if not is_bounded else highs[place] if place < len(highs) else 0
        room = most - least
        if room > 1:
            break
        found.append(least)
        is_bounded = is_bounded and room == 0
    # The longer key is of the task that was moved here last: more may follow on its other side.
    near = min(STEP, room // 2)
    if len(lows) > len(highs):
        found.append(least + near)
    elif len(highs) > len(lows):
        found.append(most - near)
    else:
        found.append(least + room // 2)
    return "".join(f"{digit:0{WIDTH}x}" for digit in found)


def _digits(key: str) -> list[int]:
    return [int(key[place : place + WIDTH], 16) for place in range(0, len(key), WIDTH)]
