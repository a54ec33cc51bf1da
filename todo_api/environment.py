"""What the environment says about settings: their values, as text, and where each comes from.

`TODO_PORT` is the value of the setting `port`; `TODO_PORT_FILE` is the path of a file that holds
it, as secrets are often handed over. Any other name that begins with `TODO_` is refused, since
whoever wrote it believes that it does something.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

PREFIX = "TODO_"
FILE = "_FILE"
LARGEST_FILE = 65536
LONGEST_ECHO = 100


class SettingError(ValueError):
    """A setting cannot be used, or is none; the message is a sentence that says why."""


class Given(NamedTuple):
    """The value of a setting that somebody has chosen."""

    text: str
    source: Literal["environment", "file"]


def variable_of(name: str) -> str:
    """Return what a setting is called in the environment."""
    return PREFIX + name.upper()


def given_values(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, Given]:
    """Return what an environment says about the settings of these names; empty says nothing.

    Raises `SettingError`.
    """
    variables = {name: variable_of(name) for name in names}
    _refuse_unknown(environ, list(variables.values()))
    given = {}
    for name, variable in variables.items():
        text, path = environ.get(variable, ""), environ.get(variable + FILE, "")
        if text and path:
            raise SettingError(f"{variable} and {variable}{FILE} are both given: keep one of them.")
        if path:
            given[name] = Given(_content(variable + FILE, path), "file")
        elif text:
            given[name] = Given(text, "environment")
    return given


def refusal(name: str, given: Given, wanted: object) -> SettingError:
    """Return what to raise for a value that cannot be used; a file's may be secret."""
    variable = variable_of(name)
    if given.source == "file":
        return SettingError(f"{variable}{FILE} must hold {wanted}.")
    return SettingError(f"{variable} must be {wanted}, not {given.text[:LONGEST_ECHO]!r}.")


def _refuse_unknown(environ: Mapping[str, str], variables: list[str]) -> None:
    known = {*variables, *(variable + FILE for variable in variables)}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            shown = name[:LONGEST_ECHO]
            candidates = sorted(known) if name.endswith(FILE) else variables
            nearest = get_close_matches(shown, candidates, n=1, cutoff=0.0)[0]
            raise SettingError(f"{shown} is not a setting: did you mean {nearest}?")


def _content(variable: str, path: str) -> str:
    """Return what a file holds, without the newline that editors put at its end."""
    names_it = f"{variable} names {path[:200]!r}, which"
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as fault:
        raise SettingError(f"{names_it} cannot be read: {fault.strerror}.") from None
    if len(content) > LARGEST_FILE:
        raise SettingError(f"{names_it} is larger than {LARGEST_FILE:,} bytes.")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SettingError(f"{names_it} is not text in UTF-8.") from None
    if not text:
        raise SettingError(f"{names_it} is empty.")
    return text
