"""What commands print: lines for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(data: Any) -> None:  # noqa: ANN401 - any JSON
    """Print a value as JSON."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns; what is missing is a hyphen."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees, or has done so by `--yes`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask at: add --yes if you are sure.")
    click.confirm(question, abort=True, err=True)


def _cell(value: object) -> str:
    """Return a value's text, without what a terminal would obey."""
    text = "-" if value is None or value == "" else str(value)
    return "".join(character if character.isprintable() else "?" for character in text)
