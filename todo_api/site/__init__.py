"""What people see in a browser: the web client, the console and the page about the errors."""

from todo_api.site.pages import (
    PROBLEMS,
    DemoUser,
    add_pages,
)

__all__ = [
    "PROBLEMS",
    "DemoUser",
    "add_pages",
]
