"""`fleeting worker`, `api`, `up` and `demo`: what keeps running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from .failure import reporting
from .options import Json

Processes = Annotated[
    int | None,
    typer.Option(
        min=1, help="Worker processes, watched and replaced when they die.", show_default=False
    ),
]
Pool = Annotated[
    Literal["threads", "solo", "prefork"] | None,
    typer.Option(help="How runs are started next to each other.", show_default=False),
]
Concurrency = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Runs at the same time in each process; 0: all CPUs.",
        show_default=False,
    ),
]
Queues = Annotated[
    str | None,
    typer.Option(help="Queues to take from, separated by commas.", show_default=False),
]
Name = Annotated[
    str | None, typer.Option(help="Name of this worker, unique among all.", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to listen on.", show_default=False)
]
Roles = Annotated[
    str | None,
    typer.Option(
        help="Halves to serve: submit, retrieve, or both with a comma between.",
        show_default=False,
    ),
]


@reporting
def worker(
    *,
    processes: Processes = None,
    pool: Pool = None,
    concurrency: Concurrency = None,
    queues: Queues = None,
    name: Name = None,
    as_json: Json = False,  # noqa: ARG001 - `reporting` reads it
) -> None:
    """Take tasks from the queue and run them, until SIGTERM or Ctrl-C.

    Where an option is left out the setting counts: `fleeting check` shows them all.
    """
    from ..worker import run

    code = run(processes=processes, pool=pool, concurrency=concurrency, queues=queues, name=name)
    raise typer.Exit(code)


@reporting
def api(
    *,
    host: Host = None,
    port: Port = None,
    roles: Roles = None,
    as_json: Json = False,  # noqa: ARG001 - `reporting` reads it
) -> None:
    """Serve the HTTP API, until SIGTERM or Ctrl-C.

    Where an option is left out the setting counts: `fleeting check` shows them all.
    """
    from ..api import run

    run(host=host, port=port, roles=roles)


@reporting
def up(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    data: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder that the server keeps its data in; left out: nothing outlives it.",
            show_default=False,
        ),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Submit the examples first.")] = False,
    as_json: Json = False,  # noqa: ARG001 - `reporting` reads it
) -> None:
    """Start everything on this machine: an embedded server, a worker, the API; until Ctrl-C."""
    from ..up import run

    run(port=port, data=data, demo=demo)


@reporting
def demo(
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port of the API; left out: a free one.", show_default=False
        ),
    ] = None,
    examples: Annotated[
        Path, typer.Option(file_okay=False, help="Folder with the example scripts.")
    ] = Path("examples"),
    stay: Annotated[bool, typer.Option("--stay", help="Leave everything up until Ctrl-C.")] = False,
    as_json: Json = False,  # noqa: ARG001 - `reporting` reads it
) -> None:
    """Run the main job for real on this machine: start, submit the examples, show, stop."""
    from ..demo import run

    run(port=port, examples=examples, stay=stay)
