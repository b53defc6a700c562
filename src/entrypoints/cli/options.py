"""Options and arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from .completion import functions_in_script, functions_with_values

SERVICE: Final = "Service"
TASK: Final = "Task"


class RetryCause(StrEnum):
    """`domain.task.RetryCause`, as typer takes choices that may be given several times."""

    WORKER_LOST = "worker_lost"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    MEMORY = "memory"
    CPU = "cpu"
    DIED = "died"


class StatusName(StrEnum):
    """`domain.result.Status`, without its module: that one loads pydantic."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON, also for errors (a problem document on stderr)."),
]
Url = Annotated[
    str,
    typer.Option(envvar="FLEETING_URL", help="Address of the service.", rich_help_panel=SERVICE),
]
Namespace = Annotated[
    str,
    typer.Option(
        envvar="FLEETING_NAMESPACE",
        help="Namespace to work in; empty: the default one.",
        show_default=False,
        rich_help_panel=SERVICE,
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="FLEETING_TOKEN",
        help="Bearer token; better given by the variable, because arguments are seen by others.",
        show_default=False,
        rich_help_panel=SERVICE,
    ),
]

Script = Annotated[
    Path,
    typer.Argument(
        metavar="SCRIPT",
        help="File with the Python module; - reads it from stdin.",
        show_default=False,
    ),
]
ScriptFunction = Annotated[
    str,
    typer.Argument(
        metavar="FUNCTION",
        help="Name of a top-level function in the module.",
        autocompletion=functions_in_script,
        show_default=False,
    ),
]
Function = Annotated[
    str,
    typer.Argument(
        metavar="FUNCTION",
        help="Name of the function.",
        autocompletion=functions_with_values,
        show_default=False,
    ),
]
FunctionOrKey = Annotated[
    str,
    typer.Argument(
        metavar="FUNCTION|KEY",
        help="Name of the function, or key of one task.",
        autocompletion=functions_with_values,
        show_default=False,
    ),
]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Key of the task.", show_default=False)]

Args = Annotated[
    str,
    typer.Option("--args", help="Positional parameters: a JSON list, or @FILE that holds one."),
]
Kwargs = Annotated[
    str,
    typer.Option("--kwargs", help="Keyword parameters: a JSON object, or @FILE that holds one."),
]
TimeoutSeconds = Annotated[
    float | None,
    typer.Option(
        help="Wall time that each run may take.", show_default=False, rich_help_panel=TASK
    ),
]
MemoryMb = Annotated[
    int | None,
    typer.Option(
        help="Memory that each run may take, in MiB.", show_default=False, rich_help_panel=TASK
    ),
]
CpuSeconds = Annotated[
    float | None,
    typer.Option(
        help="Processor time that each run may take.", show_default=False, rich_help_panel=TASK
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        help="Most threads of each run at a time.", show_default=False, rich_help_panel=TASK
    ),
]
ScratchMb = Annotated[
    int | None,
    typer.Option(
        help="Room for files under /tmp, in MiB.", show_default=False, rich_help_panel=TASK
    ),
]
Network = Annotated[
    list[str] | None,
    typer.Option(
        metavar="tcp:HOST:PORT",
        help="What each run may connect to; may be given several times.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
RunMode = Annotated[
    Literal["fresh", "reuse"] | None,
    typer.Option(
        "--mode",
        help="Whether each run has a process of its own.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
TtlSeconds = Annotated[
    float | None,
    typer.Option(
        help="How long the result lives after completion.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
MaxAttempts = Annotated[
    int | None,
    typer.Option(
        help="Most runs in all, whatever the reason.", show_default=False, rich_help_panel=TASK
    ),
]
RetryOn = Annotated[
    list[RetryCause] | None,
    typer.Option(
        help="Failure to try again after; may be given several times.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
IsolationLevel = Annotated[
    Literal["none", "process", "confined", "isolated"] | None,
    typer.Option(
        help="Weakest isolation that is good enough.", show_default=False, rich_help_panel=TASK
    ),
]
CountdownSeconds = Annotated[
    float | None,
    typer.Option(
        help="How long to wait before the first run.", show_default=False, rich_help_panel=TASK
    ),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        help="The same key with the same request gives the same task.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
Label = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=TEXT",
        help="Free text kept with the result; may be given several times.",
        show_default=False,
        rich_help_panel=TASK,
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many.", show_default=False)]
After = Annotated[str | None, typer.Option(help="Only what follows this key.", show_default=False)]
