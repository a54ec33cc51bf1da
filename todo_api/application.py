"""The application: contract, handlers, accounts and storage, wired."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from todo_api.contract import (
    ContractApp,
    Problem,
    TagResolver,
    UnauthenticatedError,
    Workers,
    unavailable,
)
from todo_api.formats import Uids
from todo_api.identity import Accounts, OverloadedError, password_hasher
from todo_api.operations.representation import read_only
from todo_api.rest import Cursors, Once, changed_since
from todo_api.settings import Settings
from todo_api.site import add_pages
from todo_api.storage import (
    TOKENS,
    Database,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    DeletionsForgottenError,
    TaskChangedError,
    TaskMissingError,
    UserGoneError,
    ValuesDifferError,
    is_current,
    select_secret,
)

log = logging.getLogger(__name__)


def create_app(settings: Settings, *, demo: bool = False) -> ContractApp:
    """Make the ASGI application.

    ``demo`` lets the demo's own short password in; the database is opened when the first request
    needs it, and has been migrated before.

    Raises:
        BrokenDocumentError: if the document and the handlers do not fit together.
        DatabaseUrlInvalidError: if the database URL cannot be read.

    """
    database = Database(settings.database_url, connections=settings.threads)
    workers = Workers(settings.threads)
    accounts = Accounts(
        database,
        password_hasher(
            time_cost=settings.password_time_cost,
            memory_cost=settings.password_memory_kib,
            parallelism=settings.password_parallelism,
        ),
        run_in_thread=workers.run,
        remember_seconds=settings.remember_seconds,
        demo=demo,
    )

    @cache
    def tokens_key() -> bytes:
        with database.snapshot() as db:
            return select_secret(db, TOKENS)

    @asynccontextmanager
    async def lifespan(_: ContractApp) -> AsyncIterator[None]:
        # A database that cannot be reached now may come; one of another version will not change.
        with suppress(DatabaseUnavailableError):
            if not is_current(database):
                raise DatabaseUnusableError(
                    f"{database.name} has not been brought up to date: run `todo-api migrate`."
                )
        yield
        workers.close()
        accounts.close()
        database.close()

    app = ContractApp(
        __name__,
        lifespan=lifespan,
        limits=settings.limits,
        explained_at="/problems",
    )
    app.add_api(
        document_path(),
        resolver=TagResolver("todo_api.operations"),
        workers=workers,
        authenticators={"basicAuth": accounts},
        provided={
            "database": database,
            "accounts": accounts,
            "settings": settings,
            "cursors": Cursors(tokens_key),
            "once": Once(database),
            "uids": Uids(tokens_key),
        },
        invoke=database.retrying,
        failures=FAILURES,
        public_url=settings.public_url,
        own_hosts={*settings.own_hosts, settings.host},
        check_responses=settings.check_responses,
    )
    add_pages(app.app)
    return app


def _outage(failure: DatabaseUnavailableError) -> Problem:
    log.warning("%s", failure)
    return unavailable("The database cannot be reached or is too busy at the moment.")


FAILURES: dict[type[Exception], Callable[[Any], Exception]] = {
    DatabaseUnavailableError: _outage,
    OverloadedError: lambda _: unavailable("Too many passwords are being checked at the moment."),
    UserGoneError: lambda _: UnauthenticatedError(),
    TaskMissingError: lambda _: Problem(404),
    TaskChangedError: lambda failure: changed_since(failure.change),
    DeletionsForgottenError: lambda _: Problem(
        410, "Not all that was deleted since then is known any more: start over, without since."
    ),
    ValuesDifferError: lambda failure: read_only(failure.names),
}
"""What handlers let out of storage and accounts, and what it amounts to."""


def document_path() -> Path:
    """Return where the contract is: in the installed package, or in the checkout beside it."""
    package = Path(__file__).parent
    installed = package / "openapi" / "todo.yaml"
    return installed if installed.exists() else package.parent / "openapi" / "todo.yaml"
