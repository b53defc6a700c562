"""Options and arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal

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


def _task_option(says: str, *names: str, metavar: str | None = None) -> Any:
    """An option of a task, shown with the others; left out, the installation decides."""
    return typer.Option(
        *names, help=says, metavar=metavar, show_default=False, rich_help_panel=TASK
    )


Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON, also for errors (a problem document on stderr)."),
]
QueuePrefix = Annotated[
    str, typer.Option(help="FLEETING_QUEUE_PREFIX of the installation, which does so too.")
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
    _task_option("Wall time that each run may take."),
]
MemoryMb = Annotated[
    int | None,
    _task_option("Memory that each run may take, in MiB."),
]
CpuSeconds = Annotated[
    float | None,
    _task_option("Processor time that each run may take."),
]
Threads = Annotated[
    int | None,
    _task_option("Most threads of each run at a time."),
]
ScratchMb = Annotated[
    int | None,
    _task_option("Room for files under /tmp, in MiB."),
]
Network = Annotated[
    list[str] | None,
    _task_option(
        "What each run may connect to; may be given several times.", metavar="tcp:HOST:PORT"
    ),
]
Secret = Annotated[
    list[str] | None,
    _task_option(
        "A secret that the script's parameters may name, from a variable or a file; may be given "
        "several times.",
        metavar="PATH#FIELD=env:NAME",
    ),
]
RunMode = Annotated[
    Literal["fresh", "reuse"] | None,
    _task_option("Whether each run has a process of its own.", "--mode"),
]
TtlSeconds = Annotated[
    float | None,
    _task_option("How long the result lives after completion."),
]
MaxAttempts = Annotated[
    int | None,
    _task_option("Most runs in all, whatever the reason."),
]
RetryOn = Annotated[
    list[RetryCause] | None,
    _task_option("Failure to try again after; may be given several times."),
]
IsolationLevel = Annotated[
    Literal["none", "process", "confined", "isolated"] | None,
    _task_option("Weakest isolation that is good enough."),
]
CountdownSeconds = Annotated[
    float | None,
    _task_option("How long to wait before the first run."),
]
IdempotencyKey = Annotated[
    str | None,
    _task_option("The same key with the same request gives the same task."),
]
Label = Annotated[
    list[str] | None,
    _task_option(
        "Free text kept with the result; may be given several times.", metavar="NAME=TEXT"
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many.", show_default=False)]
After = Annotated[str | None, typer.Option(help="Only what follows this key.", show_default=False)]
