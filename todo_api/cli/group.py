"""The group that the commands are in: it loads the one that is run, and explains why it failed."""

import gc
import sys
from importlib import import_module
from typing import Any

import click

EXPLAINED = (
    "todo_api.cli.demo.DemoNotLocalError",
    "todo_api.contract.BrokenDocumentError",
    "todo_api.environment.SettingError",
    "todo_api.identity.AdministrationError",
    "todo_api.server.CertificateError",
    "todo_api.server.ListenError",
    "todo_api.storage.DatabaseUnavailableError",
    "todo_api.storage.DatabaseUnusableError",
)
"""Errors whose message tells a person what to do. Any other is a fault of the program."""


class NamedCommand(click.Command):
    """A command by its name and what it does: all that help and completion ask of it."""

    def __init__(self, name: str, sentence: str, place: str) -> None:
        """Take the sentence that its own help begins with, and its place: ``MODULE.NAME``."""
        super().__init__(name, help=sentence)
        self._place = place

    def load(self) -> click.Command:
        """Return the command itself, which brings all that it needs."""
        module, _, name = self._place.rpartition(".")
        if module not in sys.modules:
            _load_for_good(module)
        command: click.Command = getattr(sys.modules[module], name)
        return command


class CommandGroup(click.Group):
    """Commands that end with one sentence and exit status 1 when they cannot do their work.

    Only the command that is run is loaded: what others need takes most of a second.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is to be run, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, NamedCommand) else command, rest

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command."""
        try:
            return super().invoke(ctx)
        except _explained() as fault:
            raise click.ClickException(str(fault)) from fault


def _explained() -> tuple[type[Exception], ...]:
    """Return the errors that are explained, of those modules that are loaded: others raise none."""
    places = (place.rpartition(".") for place in EXPLAINED)
    return tuple(
        getattr(sys.modules[module], name) for module, _, name in places if module in sys.modules
    )


def _load_for_good(module: str) -> None:
    """Import a module; what it brings stays, so that no collection of garbage looks through it.

    To do so again and again is a twelfth of the time of a start; later on, each time holds up a
    service for some sixty milliseconds.
    """
    gc.disable()
    try:
        import_module(module)
    finally:
        gc.enable()
    if sys.implementation.name == "cpython":
        gc.freeze()
