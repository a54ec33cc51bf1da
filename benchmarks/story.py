"""The user and the tasks that every contender starts with; the peers import it, too."""

USERNAME = "miguel"
PASSWORD = "buy groceries"  # noqa: S105 - it opens what a benchmark made a minute ago
STRANGER = "susan"
TASKS = [
    {
        "title": f"Task number {number}",
        "description": "Milk, Cheese, Pizza, Fruit, Tylenol",
        "done": number % 2 == 0,
    }
    for number in range(1, 21)
]
