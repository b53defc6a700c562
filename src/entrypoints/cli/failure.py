"""How an error reaches the person or the program that called."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import typer

from ...domain.errors import FleetingError, NotAuthenticated, TaskFailed

P = ParamSpec("P")
T = TypeVar("T")

PROBLEM: Final = "urn:fleeting:problem:"
"""What the API puts before a code, to make it a URI."""


def reporting(command: Callable[P, T]) -> Callable[P, T]:
    """Make `command` end with the exit code of what it raises, after saying what that was.

    With a parameter `as_json` that is true the error is a JSON problem, as the API answers it.
    """

    @wraps(command)
    def reported(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except FleetingError as exc:
            from .exit_codes import exit_code_of

            code = exit_code_of(type(exc))
            tell(exc, code, as_json=bool(kwargs.get("as_json")))
            raise typer.Exit(code) from None

    return reported


def tell(error: FleetingError, exit_code: int, *, as_json: bool) -> None:
    """Say on stderr what went wrong."""
    if as_json:
        print_problem(error.code, error.message, exit_code, **_facts(error))
        return
    mark = typer.style("error:", fg=typer.colors.RED, bold=True)
    typer.echo(f"{mark} {error.message}", err=True, color=_colours())
    for note in getattr(error, "__notes__", ()):
        typer.echo(note, err=True)
    if isinstance(error, NotAuthenticated):
        typer.echo("Commands send the token in FLEETING_TOKEN, or that of --token.", err=True)


def print_problem(code: str, detail: str, exit_code: int, **facts: object) -> None:
    """Print a problem document (RFC 9457) in one line on stderr."""
    said = {name: value for name, value in facts.items() if value is not None}
    problem = {"type": PROBLEM + code, "code": code, "detail": detail, "exit_code": exit_code}
    typer.echo(json.dumps(problem | said, ensure_ascii=False), err=True)


def _facts(error: FleetingError) -> dict[str, object]:
    facts = {name: getattr(error, name) for name in ("exception", "traceback", "line", "path")}
    ended = error.error if isinstance(error, TaskFailed) else None
    return facts | {"error_code": ended and ended.code}


def _colours() -> bool | None:
    """None lets typer look at the terminal; NO_COLOR (no-color.org) goes before it."""
    import os

    return False if os.environ.get("NO_COLOR") or not sys.stderr.isatty() else None
