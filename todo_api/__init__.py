"""A to-do list web service that runs from its contract, ``openapi/todo.yaml``.

- `application` wires everything: `create_app` makes the ASGI application from `settings`.
- `tasks`, `batch`, `changes`, `transfer`, `users` and `system` answer the document's operations, a
  module for each tag.
- `representation` is a task as clients see it, and what of a body is to change.
- `accounts` and `passwords` know who somebody is.
- `pages` is what a person sees: the console and the page that explains the errors.
- `protocol` is what HTTP adds to plain functions: preconditions, retries, cursors.
- `formats` is a list of tasks as a file.
- `contract` turns an OpenAPI document into an ASGI application and knows nothing of tasks.
- `storage` is the only place that knows SQL.
- `server` listens, `demo` is what ``make run`` starts, `cli` holds the administrator's commands.
"""

from importlib.metadata import version

__version__ = version("todo-api")
