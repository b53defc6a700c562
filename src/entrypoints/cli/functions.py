"""`fleeting functions`, `values`, `results` and `stats`: everything of a function at once."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from . import options as o
from .connection import DEFAULT_URL, connect
from .failure import reporting
from .printing import plain, print_json, print_line, print_table, show_facts

if TYPE_CHECKING:
    from ...adapters.sdk.client import Client

Statuses = Annotated[
    list[o.StatusName] | None,
    typer.Option("--status", help="Only these; may be given several times.", show_default=False),
]
Order = Annotated[
    Literal["asc", "desc"], typer.Option(help="By time of submission: earliest or latest first.")
]
Field = Annotated[
    str | None,
    typer.Option(
        help="Dotted path to the number in each value, as in rows.0.price.", show_default=False
    ),
]


@reporting
def functions(
    *,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """List the functions that have live values."""
    with connect(url, namespace, token) as client:
        found = client.functions()
    rows = [(one.function, one.count, one.newest) for one in found]
    if as_json:
        print_json([{"function": f, "count": c, "newest": n} for f, c, n in rows])
    else:
        print_table(("function", "values", "newest"), rows)


@reporting
def values(
    function: o.Function,
    *,
    limit: o.Limit = None,
    after: o.After = None,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print all live values of a function in order of submission, one JSON text a line.

    With --json they are one JSON list.
    """
    with connect(url, namespace, token) as client:
        found = client.values(function, limit=limit, after=after)
        if not found:
            _say_what_there_is(client, function)
    if as_json:
        print_json(found)
        return
    for value in found:
        print_line(value)


@reporting
def results(
    function: o.Function,
    *,
    status: Statuses = None,
    limit: o.Limit = 100,
    after: o.After = None,
    order: Order = "desc",
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """List the results of a function with their facts, the latest first."""
    with connect(url, namespace, token) as client:
        found = client.results(function, status=status or (), limit=limit, after=after, order=order)
        if not found:
            _say_what_there_is(client, function)
    if as_json:
        print_json([plain(one) for one in found])
        return
    print_table(
        ("key", "status", "attempt", "run s", "expires in s", "error"),
        (
            (
                one.key,
                one.status,
                f"{one.attempt}/{one.max_attempts}",
                one.run_seconds,
                None if one.expires_in_seconds is None else round(one.expires_in_seconds),
                one.error and one.error.message,
            )
            for one in found
        ),
    )


@reporting
def stats(
    function: o.Function,
    *,
    field: Field = None,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print figures over the live values of a function, or over one field in them."""
    with connect(url, namespace, token) as client:
        found = client.stats(function, field=field)
    show_facts(plain(found), as_json=as_json)


def _say_what_there_is(client: Client, function: str) -> None:
    """For a person who sees nothing: perhaps the name is misspelt."""
    if not sys.stderr.isatty():
        return
    names = [one.function for one in client.functions()]
    near = difflib.get_close_matches(function, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    typer.echo(f"nothing of {function} is live{hint}", err=True)
