"""The demo: the article's user and tasks, for this machine only."""

from todo_api.identity import password_hasher
from todo_api.storage import Connection, insert_task, insert_user

USERNAME = "miguel"
PASSWORD = "python"  # noqa: S105 - known to everybody: it opens the demo, on loopback only
TASKS = (
    ("Buy groceries", "Milk, Cheese, Pizza, Fruit, Tylenol"),
    ("Learn Python", "Need to find a good Python tutorial on the web"),
)

BASE_PATH = "/todo/api/v1.0"


class DemoNotLocalError(Exception):
    """The demo was to be served to other machines; the message is a sentence that refuses."""


def seed(db: Connection) -> None:
    """Add the article's user with the article's two tasks."""
    password_hash = password_hasher().hash(PASSWORD)
    user = insert_user(db, username=USERNAME, email=None, password_hash=password_hash)
    for title, description in TASKS:
        insert_task(db, user.id, title=title, description=description)


def greeting(url: str) -> str:
    """Return what to print when the demo is served at ``url``."""
    return f"""\
The API        {url}{BASE_PATH}/tasks
The console    {url}{BASE_PATH}/ui/
The document   {url}{BASE_PATH}/openapi.json

  curl -i -u {USERNAME}:{PASSWORD} {url}{BASE_PATH}/tasks

Press Ctrl+C to stop."""
