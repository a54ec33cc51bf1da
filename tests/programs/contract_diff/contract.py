"""The changes of a document that break clients of an older one."""

from collections.abc import Iterator
from typing import Any

from tests.programs.contract_diff.schemas import Way, breaking_changes

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def broken_promises(old: Node, new: Node) -> list[str]:
    """Return a sentence for each change that breaks a client of the old document.

    Clients are programs that send requests, and programs that were generated from the document:
    these name its operations, tags, parameters and schemas in their code.
    """
    # Requirements are names; everything else is reached through references.
    names = sorted(_components(old, "schemas").keys() - _components(new, "schemas").keys())
    old, new = _dereferenced(old), _dereferenced(new)
    return [
        *(f"The schema {name} is gone." for name in names),
        *(f"{sentence}." for sentence in _broken_addresses(old, new)),
        *(f"{sentence}." for sentence in _broken_schemes(old, new)),
        *(f"{sentence}." for sentence in _broken_operations(old, new)),
    ]


def _broken_addresses(old: Node, new: Node) -> Iterator[str]:
    urls = [server["url"] for server in new.get("servers", [])]
    for server in old.get("servers", []):
        if server["url"] not in urls:
            yield f"The server {server['url']} is gone"


def _broken_schemes(old: Node, new: Node) -> Iterator[str]:
    """Yield the security schemes that have changed; `_broken_security` says which are required."""
    schemes = _components(new, "securitySchemes")
    for name, was in _components(old, "securitySchemes").items():
        now = schemes.get(name) or was
        for member in ("type", "scheme", "in", "name"):
            if was.get(member) != now.get(member):
                yield f"{name}: {member} was {was.get(member)!r} and is {now.get(member)!r}"


def _broken_operations(old: Node, new: Node) -> Iterator[str]:
    operations = _operations(new)
    for place, was in _operations(old).items():
        if place not in operations:
            yield f"{place} is gone"
            continue
        now = operations[place]
        yield from _broken_names(was, now, place)
        yield from _broken_security(was, now, place)
        yield from _broken_parameters(was, now, place)
        yield from _broken_body(was, now, place)
        yield from _broken_responses(was["responses"], now["responses"], place)


def _broken_names(was: Node, now: Node, place: str) -> Iterator[str]:
    for member in ("operationId", "tags"):
        if was.get(member) != now.get(member):
            yield f"{place}: {member} was {was.get(member)!r} and is {now.get(member)!r}"


def _broken_security(was: Node, now: Node, place: str) -> Iterator[str]:
    for credentials in was["security"] or [{}]:
        if not any(_suffices(credentials, needed) for needed in now["security"] or [{}]):
            known = " and ".join(credentials) or "no credentials"
            yield f"{place}: {known} are not enough any more"


def _suffices(credentials: dict[str, list[str]], needed: dict[str, list[str]]) -> bool:
    return all(
        scheme in credentials and set(scopes) <= set(credentials[scheme])
        for scheme, scopes in needed.items()
    )


def _broken_parameters(was: Node, now: Node, place: str) -> Iterator[str]:
    old, new = was["parameters"], now["parameters"]
    for key in sorted(old.keys() - new.keys()):
        yield f"{place}, {' '.join(key)} is gone"
    for key, parameter in new.items():
        known = old.get(key, {})
        here = f"{place}, {' '.join(key)}"
        if parameter.get("required") and not known.get("required"):
            yield f"{here} has to be sent now"
        if not known:
            continue
        for member in ("style", "explode", "content"):
            if known.get(member) != parameter.get(member):
                yield f"{here}: {member} has changed"
        yield from breaking_changes(
            known.get("schema", {}), parameter.get("schema", {}), Way.SENT, here
        )


def _broken_body(was: Node, now: Node, place: str) -> Iterator[str]:
    old, new = was.get("requestBody", {}), now.get("requestBody", {})
    here = f"{place}, body"
    if new.get("required") and not old.get("required"):
        yield f"{here} has to be sent now"
    yield from _broken_content(old, new, Way.SENT, here)


def _broken_responses(was: Node, now: Node, place: str) -> Iterator[str]:
    """Yield the changes that break readers of the responses.

    Another status does not: a client treats one that it does not know as the first of its class
    (RFC 9110, section 15).
    """
    for status, old in was.items():
        here = f"{place}, {status}"
        if status not in now:
            yield f"{here} is gone"
            continue
        yield from _broken_headers(old.get("headers", {}), now[status].get("headers", {}), here)
        yield from _broken_content(old, now[status], Way.RECEIVED, here)


def _broken_headers(was: Node, now: Node, place: str) -> Iterator[str]:
    new = {name.lower(): header for name, header in now.items()}
    for name, header in was.items():
        here = f"{place}, {name}"
        if name.lower() not in new:
            yield f"{here} is gone"
            continue
        found = new[name.lower()]
        if header.get("required") and not found.get("required"):
            yield f"{here} may be missing now"
        schemas = header.get("schema", {}), found.get("schema", {})
        yield from breaking_changes(*schemas, Way.RECEIVED, here)


def _broken_content(was: Node, now: Node, way: Way, place: str) -> Iterator[str]:
    new = now.get("content", {})
    for media_type, old in was.get("content", {}).items():
        here = f"{place}, {media_type}"
        if media_type not in new:
            yield f"{here} is gone"
            continue
        schemas = old.get("schema", {}), new[media_type].get("schema", {})
        yield from breaking_changes(*schemas, way, f"{here}#")


def _operations(document: Node) -> dict[str, Node]:
    """Return the operations by method and path, each with what it inherits."""
    return {
        f"{method.upper()} {path}": {
            **item[method],
            "parameters": {
                (parameter["in"], parameter["name"]): parameter
                for parameter in [
                    *item.get("parameters", []),
                    *item[method].get("parameters", []),
                ]
            },
            "security": item[method].get("security", document.get("security", [])),
        }
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }


def _components(document: Node, kind: str) -> Node:
    found: Node = document.get("components", {}).get(kind, {})
    return found


def _dereferenced(document: Node) -> Node:
    """Return the document with what references point to in their places.

    A schema that refers to itself contains itself.
    """
    found: dict[str, Node] = {}

    def visit(node: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(node, list):
            return [visit(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return {name: visit(value) for name, value in node.items()}
        pointer = node["$ref"]
        if pointer not in found:
            found[pointer] = {}
            _, *names = pointer.split("/")
            target: Any = document
            for name in names:
                target = target[name.replace("~1", "/").replace("~0", "~")]
            found[pointer].update(visit(target))
        return found[pointer]

    dereferenced: Node = visit(document)
    return dereferenced
