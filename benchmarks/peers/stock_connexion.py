"""The service's document and handlers on stock Connexion: `FlaskApp` and `AsyncApp`.

Its own middlewares, its own resolver with a function for each operationId, the service's storage
and accounts. The adapters hand a handler what it wants by name and turn its answer into what
Connexion wants. Credentials are verified by an ``async`` function, since Connexion would run a
plain one on the event loop.
"""

import os
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import connexion
import yaml
from connexion.resolver import Resolver

from todo_api.application import document_path
from todo_api.contract import Problem, Reply
from todo_api.formats.uids import Uids
from todo_api.identity.accounts import Accounts, User
from todo_api.identity.passwords import password_hasher
from todo_api.operations import batch, changes, system, tasks, transfer, users
from todo_api.rest.cursors import Cursors
from todo_api.rest.idempotency import Once
from todo_api.settings import Settings
from todo_api.storage import Database, TaskMissingError
from todo_api.storage.filters import FILTERS
from todo_api.storage.secrets import TOKENS, select_secret

settings = Settings()
database = Database(os.environ["DATABASE_URL"], connections=40)
accounts = Accounts(database, password_hasher())

document = yaml.safe_load(document_path().read_text(encoding="utf-8"))
base_path = document["servers"][0]["url"]
document["components"]["securitySchemes"]["basicAuth"]["x-basicInfoFunc"] = (
    f"{__name__}.verify_basic"
)
templates = {
    operation["operationId"]: base_path + path
    for path, item in document["paths"].items()
    for operation in item.values()
    if "operationId" in operation
}


async def verify_basic(username: str, password: str) -> dict[str, User] | None:
    user = await accounts.verify(username, password)
    return None if user is None else {"sub": user}


def url_for(operation_id: str, /, **arguments: object) -> str:
    origin = str(connexion.request.base_url).removesuffix("/")
    return origin.removesuffix(base_path) + templates[operation_id].format_map(arguments)


@cache
def tokens_key() -> bytes:
    with database.snapshot() as db:
        return select_secret(db, TOKENS)


provided = {
    "database": database,
    "accounts": accounts,
    "settings": settings,
    "cursors": Cursors(tokens_key),
    "once": Once(database),
    "uids": Uids(tokens_key),
    "url_for": url_for,
}


def adapted(handler: Callable[..., Any]) -> Callable[..., Any]:
    wanted = handler.__code__.co_varnames[: handler.__code__.co_argcount]
    given = {name: provided[name] for name in wanted if name in provided}
    names = {*wanted, *FILTERS} if "sort" in wanted else {*wanted}
    # Connexion passes neither headers nor parameters that are absent.
    absent = dict.fromkeys(wanted)

    # Connexion looks at the names of a function's parameters to see what to pass.
    @wraps(handler)
    def adapter(**arguments: Any) -> Any:
        known = {name: value for name, value in arguments.items() if name in names}
        try:
            answer = handler(**{**absent, **known, **given})
        except Problem as problem:
            answer = Reply({"error": problem.title}, problem.status)
        except TaskMissingError:
            answer = Reply({"error": "Not found"}, 404)
        body, status, headers = answer if isinstance(answer, Reply) else Reply(answer)
        # The document has two media types for errors, so Connexion wants to be told which it is.
        return body, status, {**headers, "Content-Type": "application/json"}

    return adapter


def resolve(operation_id: str) -> Callable[..., Any]:
    for module in (tasks, batch, changes, transfer, users, system):
        if hasattr(module, operation_id):
            return adapted(getattr(module, operation_id))
    raise LookupError(operation_id)


def add_document(app: connexion.FlaskApp | connexion.AsyncApp) -> Any:
    app.add_api(document, resolver=Resolver(resolve))
    return app


flask_app = add_document(connexion.FlaskApp(__name__))
async_app = add_document(connexion.AsyncApp(__name__))
