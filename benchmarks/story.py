"""The user and the tasks that every contender starts with; the peers import it, too."""

from typing import Any

USERNAME = "miguel"
PASSWORD = "correct horse battery"  # noqa: S105 - it opens what a benchmark made a minute ago
STRANGER = "susan"
TASKS: list[dict[str, Any]] = [
    {
        "title": f"Task number {number}",
        "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
        "done": number % 2 == 0,
    }
    for number in range(1, 21)
]
VARIED = 200
"""So many tasks have those who filter, search and sort."""


def varied_tasks(count: int = VARIED) -> list[dict[str, Any]]:
    """Return tasks that differ in all that a list can be filtered, searched and sorted by."""
    return [
        {
            "title": f"{('Milk', 'Bread', 'Zebra')[number % 3]} {number}",
            "description": ("Pizza, Fruit", "Cheese, Tylenol")[number % 2],
            "done": number % 4 == 0,
            "due": f"{2026 + number % 10}-06-01",
            "priority": number % 4,
            "labels": (["errand", "home"], ["work"])[number % 2],
        }
        for number in range(1, count + 1)
    ]
