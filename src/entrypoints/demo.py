"""The main job for real on one machine: start everything, submit the examples, show, stop."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table

from ..adapters.sdk.client import Client
from ..adapters.sdk.handles import Handles
from ..adapters.sdk.task_result import TaskResult
from ..domain.errors import InvalidSetting
from .stack import Stack, free_port

EXAMPLES: Final = Path("examples")
_BESIDE: Final = 32
"""Characters of a line of the table of values that are not its JSON."""


@dataclass(frozen=True, slots=True)
class Part:
    """Many calls of one function of one example, as columns of positional parameters."""

    script: str
    function: str
    columns: Sequence[Sequence[JsonValue]]


PARTS: Final = (
    Part("05_slow.py", "slow", ([20], [0.15])),
    Part("01_add.py", "add", (range(60), [n * n for n in range(60)])),
    Part("02_quote.py", "quote", (["ACME", "GLOBEX"] * 5, range(10))),
    Part("03_primes.py", "count_primes", ([1000 * 2**n for n in range(10)],)),
    Part("04_divide.py", "divide", ([12] * 6, range(-2, 4))),
)
"""A slow one that tells its progress, many calls, structured values, work for the processor, and
one that fails for one of its parameters."""


def run(*, port: int | None = None, examples: Path = EXAMPLES, stay: bool = False) -> None:
    """Run the demo; with `stay` leave everything up afterwards until Ctrl-C.

    Raises:
        InvalidSetting: `examples` is not the folder of the examples.
        MissingExtra: the packages for everything on one machine are not installed.
        ServiceUnavailable: a part did not start.
    """
    console = Console()
    if not (examples / PARTS[0].script).is_file():
        raise InvalidSetting(f"{examples}/ does not hold the examples: run this from a checkout")
    with _started(console, port or free_port()) as stack:
        with Client(stack.api_url) as client:
            handles = _submit(console, client, examples)
            _show_progress(console, handles)
            _show_values(console, client)
            _show_failures(console, handles)
        if stay:
            console.print("\n[bold]Everything stays up.[/] Ctrl-C stops it.")
            stack.wait()
    console.print("\nEverything is stopped.")


@contextmanager
def _started(console: Console, port: int) -> Iterator[Stack]:
    with (
        tempfile.TemporaryDirectory(prefix="fleeting-") as logs,
        Stack(port=port, logs=Path(logs)) as stack,
    ):
        with console.status("") as status:
            stack.start(status.update)
        show_addresses(console, stack)
        try:
            yield stack
        except KeyboardInterrupt:
            console.print()
        with console.status("stopping"):
            stack.stop()


def show_addresses(console: Console, stack: Stack) -> None:
    """Say where the parts can be reached."""
    # Plain lines rather than a table, so that an address can be copied whole.
    for name, address in (
        ("API", stack.api_url),
        ("its pages", f"{stack.api_url}/docs"),
        ("server", f"redis-cli -u {stack.store_url}"),
    ):
        console.print(f"{name:<10} {address}", soft_wrap=True, highlight=False)


def _submit(console: Console, client: Client, examples: Path) -> dict[str, Handles]:
    handles: dict[str, Handles] = {}
    for part in PARTS:
        source = (examples / part.script).read_text()
        handles[part.function] = client.map(source, part.function, *part.columns)
    count = sum(len(each) for each in handles.values())
    console.print(f"\nSubmitted {count} calls of {len(handles)} functions over HTTP.\n")
    return handles


def _show_progress(console: Console, handles: dict[str, Handles]) -> None:
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        bars = {
            name: progress.add_task(name, total=len(each), note="")
            for name, each in handles.items()
        }
        open_ones = dict(handles)
        while open_ones:
            for name, each in tuple(open_ones.items()):
                if _advance(progress, bars[name], each):
                    del open_ones[name]
            time.sleep(0.1)


def _advance(progress: Progress, bar: TaskID, handles: Handles) -> bool:
    """Show how far one function's calls are; True once all have ended."""
    ended = handles.progress()
    said = handles[0].progress() if len(handles) == 1 else None
    progress.update(bar, completed=ended.done, note=said.note if said else "")
    return ended.done == len(handles)


def _show_values(console: Console, client: Client) -> None:
    console.print("\n[bold]Live values, as GET /functions/{function}/values returns them[/]\n")
    # What is left beside names and counts; a longer list ends in an ellipsis.
    room = max(console.width - _BESIDE, _BESIDE)
    table = Table("function", "values", Column("JSON", no_wrap=True, max_width=room))
    for summary in client.functions():
        values = json.dumps(client.values(summary.function), ensure_ascii=False)
        table.add_row(summary.function, str(summary.count), escape(values))
    console.print(table)


def _show_failures(console: Console, handles: dict[str, Handles]) -> None:
    results = [handle.facts() for each in handles.values() for handle in each]
    failed = [result for result in results if result.error is not None]
    if not failed:
        return
    console.print("\n[bold]Failures are results too[/]\n")
    for result in failed:
        console.print(f"  {result.key}  [red]{result.status}[/]")
        console.print(f"  {_reason(result)}\n", markup=False)


def _reason(result: TaskResult) -> str:
    error = result.error
    if error is None:
        return ""
    return (error.traceback or error.message).rstrip().replace("\n", "\n  ")
