"""The web client's modules as few files, so that its first load takes few requests and few bytes.

One has what everybody needs at once, the others what is wanted later. They are joined when the
first browser asks for them: nothing has to be built. Each module keeps its text but for the lines
of comments, which are a third of what would be sent, and becomes a function, called once after
those that it imports from, whose result has what it exports. A browser that loads the modules one
by one sees the same program.
"""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

APART = frozenset({"vendor.js", "words.de.js", "words.later.de.js"})
"""Modules that stay files: what is minified already, and what only some people need."""

FIRST = "client.js"
"""The file that is made of what `app.js` needs."""

LATER = frozenset({"later.js", "signin.js"})
"""Modules that are fetched later, and the files that are made of what each needs beyond that."""

_COMMENT = re.compile(
    r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)\n", re.MULTILINE | re.DOTALL
)
"""A comment with its lines to itself."""
_IMPORT = re.compile(r'^import \{([^}]+)\} from "\./([\w.]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_LATER = re.compile(r'\bawait import\("\./([\w.]+)"\)')


class UnjoinableModuleError(Exception):
    """A module uses something of the language that this joins not; the message says what."""


def without_comments(text: str) -> str:
    """Return a module without the comments that have lines to themselves."""
    return _COMMENT.sub("", text)


def joined(modules: Mapping[str, str], entry: str, *, after: str | None = None) -> str:
    """Return the text of one module that does what ``entry`` does with those it needs.

    Those that ``after`` needs it takes from the first file, where they are already.
    """
    order = _needed(modules, entry)
    there = _needed(modules, after) if after else []
    own = [name for name in order if name not in there]
    imported = {other for name in own for other in _imported(modules[name])}
    parts = [f'import * as {_variable(name)} from "./{name}";' for name in sorted(imported & APART)]
    if taken := sorted(imported & set(there)):
        parts.append(f'import {{ {_variables(taken)} }} from "./{FIRST}";')
    else:
        parts.append(f"export {{ {_variables(own[:-1])} }};")
    parts += [_as_function(name, modules[name]) for name in own[:-1]]
    body, exported = _body(entry, modules[entry])
    parts.append(body)
    if exported:
        parts.append(f"export {{ {', '.join(exported)} }};")
    return "\n\n".join(parts)


def _needed(modules: Mapping[str, str], entry: str) -> list[str]:
    """Return the modules that one needs, each after those that it imports from, itself last."""
    graph: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        graph[name] = sorted(set(_imported(modules[name])) - APART)
        waiting += [other for other in graph[name] if other not in graph]
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        message = f"modules import each other: {', '.join(error.args[1])}"
        raise UnjoinableModuleError(message) from None


def _imported(text: str) -> Iterator[str]:
    return (match[2] for match in _IMPORT.finditer(text))


def _as_function(name: str, text: str) -> str:
    body, exported = _body(name, text)
    return (
        f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"
    )


def _body(name: str, text: str) -> tuple[str, list[str]]:
    """Return a module's text with its imports as constants, and the names that it exports."""
    text = without_comments(text)
    exported = [match[1] for match in _EXPORT.finditer(text)]
    body = _EXPORT.sub("", _IMPORT.sub(_as_constants, text))
    left_over = _LEFT_OVER.search(body) or next(
        (later for later in _LATER.finditer(body) if later[1] not in APART | LATER), None
    )
    if left_over:
        message = f"{name} has a line that cannot be joined: {left_over[0]}"
        raise UnjoinableModuleError(message)
    return f"// {name}\n{body.strip()}", exported


def _as_constants(match: re.Match[str]) -> str:
    names = re.sub(r"\s+as\s+", ": ", match[1].strip())
    return f"const {{ {' '.join(names.split())} }} = {_variable(match[2])};"


def _variables(names: list[str]) -> str:
    return ", ".join(map(_variable, names))


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
