"""From an operation to its function: the tag names the module, the operationId the function."""

from typing import Any, cast

from todo_api.contract.connexion import OpenAPIOperation, Resolver


class TaggedOperation(OpenAPIOperation):
    """Connexion's operation, with what it does not make public."""

    @property
    def stated_id(self) -> str:
        """The operationId as the document has it: Connexion's own is the name of the function."""
        return cast("str", self._operation["operationId"])

    @property
    def tags(self) -> list[str]:
        """The operation's tags."""
        return cast("list[str]", self._operation.get("tags", []))

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The operation's parameters, and those of its path that it does not override."""
        # Connexion lists the operation's first, then those of the path.
        return list({(p["name"], p["in"]): p for p in reversed(self._parameters)}.values())[::-1]

    @property
    def stated_security(self) -> list[dict[str, list[str]]] | None:
        """The operation's own security requirements, without what it would inherit."""
        return cast("list[dict[str, list[str]]] | None", self._operation.get("security"))

    @property
    def stated_scope(self) -> str | None:
        """The scope that credentials need for the operation, if its schemes have scopes."""
        return cast("str | None", self._operation.get("x-scope"))


class TagResolver(Resolver):
    """``get_entry``, tagged ``entries``, is ``PACKAGE.entries.get_entry``.

    So the document holds no name of the program, and clients see no dots in operationIds.
    """

    def __init__(self, package: str) -> None:
        """Look for modules in ``package``."""
        super().__init__()
        self._package = package

    def resolve_operation_id(self, operation: TaggedOperation) -> str:
        """Return the dotted name of the operation's function."""
        return ".".join([self._package, *operation.tags[:1], operation.operation_id])
