"""What people see in a browser: the console and the page that explains the errors."""

from todo_api.site.pages import (
    PROBLEMS,
    add_pages,
)

__all__ = [
    "PROBLEMS",
    "add_pages",
]
