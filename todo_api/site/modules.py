"""The web client's modules as one file, so that its first load takes few requests.

They are joined as the service starts: nothing has to be built. Each keeps its text, comments
included, and becomes a function, called once after those that it imports from, whose result has
what it exports. A browser that loads the modules one by one sees the same program.
"""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

APART = frozenset({"vendor.js", "words.de.js"})
"""Modules that stay files: what is minified already, and what only some people need."""

_IMPORT = re.compile(r'^import \{([^}]+)\} from "\./([\w.]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_LATER = re.compile(r'\bawait import\("\./([\w.]+)"\)')


class UnjoinableModuleError(Exception):
    """A module uses something of the language that this joins not; the message says what."""


def joined(modules: Mapping[str, str], entry: str) -> str:
    """Return the text of one module that does what ``entry`` does with those it needs."""
    own = {name: text for name, text in modules.items() if name not in APART}
    needed = TopologicalSorter(
        {name: set(_imported(text)) & set(own) for name, text in own.items()}
    )
    try:
        order = list(needed.static_order())
    except CycleError as error:
        message = f"modules import each other: {', '.join(error.args[1])}"
        raise UnjoinableModuleError(message) from None
    apart = sorted({other for text in own.values() for other in _imported(text)} & APART)
    parts = [f'import * as {_variable(name)} from "./{name}";' for name in apart]
    parts += [_as_function(name, own[name]) for name in order if name != entry]
    parts.append(_body(entry, own[entry])[0])
    return "\n\n".join(parts)


def _imported(text: str) -> Iterator[str]:
    return (match[2] for match in _IMPORT.finditer(text))


def _as_function(name: str, text: str) -> str:
    body, exported = _body(name, text)
    return (
        f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"
    )


def _body(name: str, text: str) -> tuple[str, list[str]]:
    """Return a module's text with its imports as constants, and the names that it exports."""
    exported = [match[1] for match in _EXPORT.finditer(text)]
    body = _EXPORT.sub("", _IMPORT.sub(_as_constants, text))
    left_over = _LEFT_OVER.search(body) or next(
        (later for later in _LATER.finditer(body) if later[1] not in APART), None
    )
    if left_over:
        message = f"{name} has a line that cannot be joined: {left_over[0]}"
        raise UnjoinableModuleError(message)
    return f"// {name}\n{body.strip()}", exported


def _as_constants(match: re.Match[str]) -> str:
    names = re.sub(r"\s+as\s+", ": ", match[1].strip())
    return f"const {{ {' '.join(names.split())} }} = {_variable(match[2])};"


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
