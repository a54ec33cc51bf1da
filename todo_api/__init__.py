"""A to-do list web service that runs from its contract, ``openapi/todo.yaml``.

From the top floor down, each of which imports only those below it:

- `cli` has the administrator's commands, and the demo that ``make run`` starts.
- `application` wires everything: `create_app` makes the ASGI application from the settings.
- `execution` decides where an operation runs: on the event loop or in a thread.
- `site` is what people see in a browser: the web client, the console, and the page that explains
  the errors.
- `server` listens, and speaks HTTP with clients who have deadlines and limits.
- `operations` answers the document's operations: a module for each tag, a function for each
  operationId.
- `identity` knows who somebody is: accounts and passwords.
- `rest` is what REST adds to plain functions: preconditions, safe retries, cursors.
- `formats` is a list of tasks as a file.
- `browsers` is what browsers are told: security headers, and whose pages may use the API.
- `sweeping` removes in the background what has expired.
- `document` is what the service runs from: where it is, and what it says.
- `settings` is the table of the settings; `environment` is where they are read from.
- `storage` is the only place that knows SQL.
- `throttling` counts how often something may be tried.
- `monitoring` is what operators are told: logs, metrics, traces, and who tried what.
- `recurrence` knows the rules by which tasks come again.
- `stopping` tells whether the service is about to stop.
- `contract` turns an OpenAPI document into an ASGI application, and knows nothing of tasks.
- `times` is the one form of times as text, and knows when days end in a time zone.
"""
