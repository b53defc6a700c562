"""`fleeting get`, `task` and `cancel`: one task at a time, by its key."""

from __future__ import annotations

from typing import Annotated

import typer

from . import options as o
from .bars import bars
from .connection import DEFAULT_URL, LOOK, connect
from .failure import reporting
from .printing import plain, print_json, show_facts
from .tasks import show_result
from .waiting import wait_for

Wait = Annotated[
    float,
    typer.Option(
        min=0, metavar="SECONDS", help="While the task is open, wait so long for its end."
    ),
]


@reporting
def get(
    key: o.Key,
    *,
    wait: Wait = 0,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print the value of a task; what its script prints goes to stderr."""
    with (
        connect(url, namespace, token) as client,
        bars(wanted=wait > 0 and not as_json) as shown,
    ):
        found = wait_for(client.handle(key), seconds=wait, step=LOOK, bars=shown)
    show_result(found, as_json=as_json)


@reporting
def task(
    key: o.Key,
    *,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print what is known of a task, but not its value."""
    with connect(url, namespace, token) as client:
        facts = client.task(key)
    show_facts(plain(facts), as_json=as_json)


@reporting
def cancel(
    key: o.Key,
    *,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Cancel a task: at once if it is queued, soon if it is running."""
    with connect(url, namespace, token) as client:
        facts = client.cancel(key)
    if as_json:
        print_json(plain(facts))
    else:
        typer.echo("cancelled" if facts.status.is_final else "its worker has been told to stop it")
