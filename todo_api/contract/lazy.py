"""Modules that Connexion imports, and that serving has no use for.

Its test client brings an HTTP client with a command line of its own, and what could fetch remote
references and tokens brings more: a fifth of the time that a start takes, and a tenth of its
memory. Imported by way of `Lazily`, such a module is loaded when something of it is used.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec
from types import ModuleType
from typing import Any, Self


class Lazily(MetaPathFinder):
    """Lets some modules be imported without being loaded, within a ``with`` block.

    ``import module`` gives a module that loads itself at the first access. From those in
    ``standing_in``, names can be imported as well: each is a stand-in that calls the real thing.
    """

    def __init__(self, *names: str, standing_in: Sequence[str] = ()) -> None:
        """Take the full names of the modules."""
        self._names = frozenset(names)
        self._standing_in = {
            name: _StandIn(name) for name in standing_in if name not in sys.modules
        }

    def __enter__(self) -> Self:
        sys.meta_path.insert(0, self)
        sys.modules.update(self._standing_in)
        return self

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)
        for name in self._standing_in:
            del sys.modules[name]

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:  # noqa: ANN401, ARG002 - importlib's signature
        """Find a module, if it is one of these, to be loaded later."""
        if fullname not in self._names:
            return None
        sys.meta_path.remove(self)
        try:
            spec = find_spec(fullname)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


class _StandIn(ModuleType):
    """Stands in for a module until one of its names is called."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - anything that the module has
        if name.startswith("__"):
            raise AttributeError(name)
        module = self.__name__

        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            from importlib import import_module  # noqa: PLC0415

            return getattr(import_module(module), name)(*args, **kwargs)

        return call
