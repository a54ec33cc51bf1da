"""Small documents, served: what a test is about stands in the test, the rest here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from connexion.resolver import Resolver

from todo_api.contract import ContractApp, Document, Limits, Workers
from todo_api.contract.resolver import TaggedOperation

HEAD = "openapi: 3.0.3\ninfo: {title: A test, version: '1'}\n"


class Functions(Resolver):
    """Finds functions by operationId among those that it is given."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        namespace = SimpleNamespace(**functions)
        super().__init__(lambda name: getattr(namespace, name))

    def resolve_operation_id(self, operation: TaggedOperation) -> str:
        """Take the operationId as it is."""
        return str(operation.operation_id)


@contextmanager
def served(
    text: str,
    functions: Mapping[str, Callable[..., Any]],
    *,
    limits: Limits | None = None,
    threads: int = 1,
    **options: Any,  # noqa: ANN401 - those of `ContractApp.add_api`
) -> Iterator[ContractApp]:
    """Serve what ``text`` says below the head of a document, with functions by operationId."""
    workers = Workers(threads)
    app = ContractApp(__name__, limits=limits)
    app.add_api(Document(HEAD + text), resolver=Functions(functions), workers=workers, **options)
    try:
        yield app
    finally:
        workers.close()
