"""`fleeting run`: a script in memory, without any server."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer

from . import options as o
from .bars import bars
from .failure import reporting
from .parameters import json_list, json_object, read_script, secrets_in
from .tasks import given, show_result
from .waiting import wait_for

_GLANCE: Final = 0.25
"""Seconds between two looks at a running script: as often as it can say something."""

Isolation = Annotated[
    Literal["none", "process", "confined", "isolated"] | None,
    typer.Option(
        help="How the run is kept apart; `none` runs the script inside this process: no limits, "
        "but debuggers.",
        show_default=False,
    ),
]


@reporting
def run(
    script: o.Script,
    function: o.ScriptFunction,
    *,
    args: o.Args = "[]",
    kwargs: o.Kwargs = "{}",
    isolation: Isolation = None,
    timeout_seconds: o.TimeoutSeconds = None,
    memory_mb: o.MemoryMb = None,
    cpu_seconds: o.CpuSeconds = None,
    threads: o.Threads = None,
    scratch_mb: o.ScratchMb = None,
    network: o.Network = None,
    secret: o.Secret = None,
    as_json: o.Json = False,
) -> None:
    """Run a function of a script here and now, without any server.

    The whole pipeline works in memory. What the script prints goes to stderr as it comes, the
    value goes to stdout.

        fleeting run script.py add --args '[1, 2]'

    A secret that the parameters name comes from a variable or a file (file:PATH), so that it
    stands in no command line:

        fleeting run script.py connect --args @parameters.json --secret kv/db#password=env:PASSWORD
    """
    source = read_script(script)
    positional, keywords = json_list(args), json_object(kwargs)
    secrets = secrets_in(secret) if secret else None
    wanted = given(
        timeout_seconds=timeout_seconds,
        memory_mb=memory_mb,
        cpu_seconds=cpu_seconds,
        threads=threads,
        scratch_mb=scratch_mb,
        network=network,
    )

    from ...domain.errors import ReferenceNotAllowed
    from ..local import Fleeting

    with Fleeting.in_memory(isolation=isolation, secrets=secrets) as platform:
        try:
            handle = platform.submit(source, function, *positional, kwargs=keywords, **wanted)
        except ReferenceNotAllowed as exc:
            exc.add_note("Here each secret that a task names is given by --secret.")
            raise
        try:
            with bars(wanted=not as_json) as shown:
                found = wait_for(handle, seconds=None, step=_GLANCE, bars=shown)
        except KeyboardInterrupt:
            handle.cancel()
            raise
    show_result(found, as_json=as_json)
