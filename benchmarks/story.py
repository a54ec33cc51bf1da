"""The user and the tasks that every contender starts with; the peers import it, too."""

from typing import Any

USERNAME = "miguel"
PASSWORD = "buy groceries"  # noqa: S105 - it opens what a benchmark made a minute ago
STRANGER = "susan"
TASKS: list[dict[str, Any]] = [
    {
        "title": f"Task number {number}",
        "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
        "done": number % 2 == 0,
    }
    for number in range(1, 21)
]
