"""The data of the demo: the article's user, with the article's two tasks."""

from todo_api.identity import DEMO_USERNAME, password_hasher
from todo_api.settings import Settings
from todo_api.storage import Connection, insert_task, insert_user

USERNAME = DEMO_USERNAME
PASSWORD = "python"  # noqa: S105 - known to everybody: only the demo, on loopback, accepts it
TASKS = (
    ("Buy groceries", "Milk, Cheese, Pizza, Fruit, Tylenol"),
    ("Learn Python", "Need to find a good Python tutorial on the web"),
)


def insert_demo(db: Connection, settings: Settings) -> None:
    """Insert the user and the tasks."""
    password_hash = password_hasher(settings).hash(PASSWORD)
    user = insert_user(
        db,
        username=USERNAME,
        email=None,
        password_hash=password_hash,
        time_zone=settings.time_zone,
    )
    for title, description in TASKS:
        task = {"title": title, "description": description}
        insert_task(db, user.list_id, task, by=user.id)
