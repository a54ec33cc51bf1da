"""What people see in a browser: the console and the page that explains the errors."""

from todo_api.site.pages import (
    add_pages,
)

__all__ = [
    "add_pages",
]
