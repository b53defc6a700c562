"""What commands print on stdout: JSON for programs, tables for people, tabs for pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


def print_json(value: object) -> None:
    """Print a value as JSON: indented for a person, in one line for a pipe."""
    say(as_text(value, indent=2 if sys.stdout.isatty() else None))


def print_line(value: object) -> None:
    """Print a value as one line of JSON."""
    say(as_text(value))


def as_text(value: object, *, indent: int | None = None) -> str:
    """The JSON of a value, escaped where stdout cannot print all of Unicode."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not is_unicode, indent=indent)


def say(line: str) -> None:
    """Print a line on stdout.

    Not by `typer.echo`: it writes past the stream that keeps bars and lines apart on a terminal.
    """
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def plain(model: BaseModel) -> dict[str, object]:
    """The JSON form of a model, as the API sends it: only a success has a `value`."""
    found = model.model_dump(mode="json")
    if found.get("status") != "succeeded":
        found.pop("value", None)
    return found


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: as a table on a terminal, else with tabs between the cells."""
    shown = [[_cell(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in (columns, *shown):
            say("\t".join(line))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for column in table.columns:
        # A key that is cut off cannot be copied.
        column.overflow = "fold"
    for row in shown:
        table.add_row(*map(Text, row))
    Console().print(table)


def show_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print names and what they stand for, as a program or as a person reads them."""
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and what they stand for, one a line; texts of several lines come last."""
    shown = {name: value for name, value in _flat(facts) if value not in (None, "")}
    texts = {n: v for n, v in shown.items() if isinstance(v, str) and "\n" in v}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        if name not in texts:
            say(f"{name:<{width}}  {_cell(value)}")
    for name, text in texts.items():
        say(f"\n{name}:\n{text.rstrip()}")


def _flat(facts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", what) for inner, what in _flat(value))
        else:
            yield name, value


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    # One row is one line, and a tab is the end of a cell.
    return " ".join(str(value).split())
