"""What the commands about single tasks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .printing import plain, print_json, print_line

if TYPE_CHECKING:
    from ...adapters.sdk.submission import Options
    from ...adapters.sdk.task_result import TaskResult


def given(**wanted: object) -> Options:
    """The options of a task that somebody has given; `Options` are checked when they are used."""
    found: Options = {}
    for name, value in wanted.items():
        if value not in (None, [], {}):
            found[name] = value  # type: ignore[literal-required]  # the surface checks names
    return found


def show_result(found: TaskResult, *, as_json: bool) -> None:
    """Print the value of a task that has ended, or everything known of it.

    Raises:
        TaskFailed: it has no value.
    """
    from ...adapters.sdk.handle import value_of

    if as_json:
        print_json(plain(found))
        value_of(found)
    else:
        print_json(value_of(found))


def show_results(found: list[TaskResult], *, as_json: bool) -> None:
    """Print the value of each task in one line; of one without a value, the error goes to stderr.

    Raises:
        TaskFailed: at least one has no value; everything is printed before.
    """
    from ...adapters.sdk.handle import value_of
    from ...domain.errors import TaskFailed

    if as_json:
        print_json([plain(result) for result in found])
    failures = []
    for result in found:
        try:
            value = value_of(result)
        except TaskFailed as exc:
            failures.append(exc)
            if not as_json:
                typer.echo(exc.message, err=True)
        else:
            if not as_json:
                print_line(value)
    if failures:
        raise TaskFailed(f"{len(failures)} of {len(found)} tasks have no value")
