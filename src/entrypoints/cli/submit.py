"""`fleeting submit`: hand tasks to a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as o
from .bars import bars
from .connection import DEFAULT_URL, LOOK, connect
from .failure import reporting
from .parameters import calls_in, json_list, json_object, labels_in, read_script
from .printing import print_json, say
from .tasks import given, show_result, show_results
from .waiting import follow as follow_task
from .waiting import wait_for, wait_for_all

if TYPE_CHECKING:
    from ...adapters.sdk.client import Client
    from ...adapters.sdk.handles import Handles
    from ...adapters.sdk.submission import Options

Each = Annotated[
    Path | None,
    typer.Option(
        help="Submit one call for each line of this JSON Lines file; a list there goes after "
        "--args, an object over --kwargs; - is stdin.",
        show_default=False,
    ),
]
Wait = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="SECONDS",
        help="Wait so long for the end, and print the value instead of the key.",
        show_default=False,
    ),
]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow",
        help="Show what the script prints while it runs, on stderr, and the value at the end.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what is wrong with the call; submit nothing.")
]
_BATCH = 200
"""Tasks submitted between two moves of the progress bar."""


@reporting
def submit(
    script: o.Script,
    function: o.ScriptFunction,
    *,
    args: o.Args = "[]",
    kwargs: o.Kwargs = "{}",
    each: Each = None,
    wait: Wait = None,
    follow: Follow = False,
    dry_run: DryRun = False,
    timeout_seconds: o.TimeoutSeconds = None,
    ttl_seconds: o.TtlSeconds = None,
    max_attempts: o.MaxAttempts = None,
    retry_on: o.RetryOn = None,
    isolation: o.IsolationLevel = None,
    memory_mb: o.MemoryMb = None,
    cpu_seconds: o.CpuSeconds = None,
    threads: o.Threads = None,
    scratch_mb: o.ScratchMb = None,
    network: o.Network = None,
    mode: o.RunMode = None,
    countdown_seconds: o.CountdownSeconds = None,
    idempotency_key: o.IdempotencyKey = None,
    label: o.Label = None,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Submit a call of a function to a service, and print the key of its result.

    fleeting submit script.py add --args '[1, 2]' --wait 10
    """
    if follow and (each is not None or wait is not None):
        from ...domain.errors import InvalidTask

        raise InvalidTask("--follow shows one call to its end: leave --each and --wait out")
    call = _Call(
        source=read_script(script),
        function=function,
        args=json_list(args),
        kwargs=json_object(kwargs),
        options=given(
            timeout_seconds=timeout_seconds,
            ttl_seconds=ttl_seconds,
            max_attempts=max_attempts,
            retry_on=retry_on,
            isolation=isolation,
            memory_mb=memory_mb,
            cpu_seconds=cpu_seconds,
            threads=threads,
            scratch_mb=scratch_mb,
            network=network,
            mode=mode,
            countdown_seconds=countdown_seconds,
            idempotency_key=idempotency_key,
            labels=labels_in(label or []),
        ),
    )
    with connect(url, namespace, token) as client:
        if dry_run:
            _check(client, call, as_json=as_json)
        elif each is not None:
            _submit_each(client, call, each, wait, as_json=as_json)
        else:
            _submit_one(client, call, wait, follow=follow, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Call:
    source: str
    function: str
    args: list[object]
    kwargs: dict[str, object]
    options: Options


def _check(client: Client, call: _Call, *, as_json: bool) -> None:
    finding = client.check(
        call.source, call.function, *call.args, kwargs=call.kwargs, **call.options
    )
    if as_json:
        problems = [{"code": one.code, "message": one.message} for one in finding.problems]
        print_json({"ok": not problems, "problems": problems})
    elif not finding.problems:
        typer.echo("nothing is wrong with it")
    if finding.problems:
        raise finding.problems[0]


def _submit_one(
    client: Client, call: _Call, wait: float | None, *, follow: bool, as_json: bool
) -> None:
    handle = client.submit(
        call.source, call.function, *call.args, kwargs=call.kwargs, **call.options
    )
    if follow:
        with bars(wanted=not as_json) as shown, handle.follow() as updates:
            found = follow_task(updates, shown)
        show_result(found, as_json=as_json)
    elif wait is not None:
        with bars(wanted=not as_json) as shown:
            found = wait_for(handle, seconds=wait, step=LOOK, bars=shown)
        show_result(found, as_json=as_json)
    elif as_json:
        print_json({"key": handle.key, "status": "queued"})
    else:
        typer.echo(handle.key)


def _submit_each(
    client: Client, call: _Call, each: Path, wait: float | None, *, as_json: bool
) -> None:
    tasks = list(_tasks(call, each))
    batches: list[Handles] = []
    with bars(wanted=not as_json) as shown:
        for start in range(0, len(tasks), _BATCH):
            batches.append(client.submit_many(tasks[start : start + _BATCH], batch_size=_BATCH))
            shown.show("submitting", start + len(batches[-1]), len(tasks))
        shown.end("submitting")
        found = None if wait is None else wait_for_all(batches, seconds=wait, bars=shown)
    if found is not None:
        show_results(found, as_json=as_json)
        return
    keys = [key for batch in batches for key in batch.keys]
    if as_json:
        print_json({"tasks": [{"key": key, "status": "queued"} for key in keys]})
    else:
        for key in keys:
            say(key)


def _tasks(call: _Call, each: Path) -> Iterator[dict[str, object]]:
    for args, kwargs in calls_in(each):
        yield {
            "source": call.source,
            "function": call.function,
            "args": [*call.args, *args],
            "kwargs": call.kwargs | kwargs,
            **call.options,
        }
