"""`fleeting watch`: results as they land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from . import options as o
from .bars import bars
from .connection import DEFAULT_URL, connect
from .failure import reporting
from .printing import as_text, plain, print_line, say

if TYPE_CHECKING:
    from ...adapters.sdk.task_result import TaskResult, Update
    from .bars import Bars

Count = Annotated[
    int | None,
    typer.Option(min=1, help="End after so many results; left out: go on until Ctrl-C."),
]
Position = Annotated[
    str | None,
    typer.Option(
        "--after",
        help="The id of the last update seen: what came since is shown first.",
        show_default=False,
    ),
]


@reporting
def watch(
    function: o.Function,
    *,
    count: Count = None,
    after: Position = None,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print each result of a function as it lands; on a terminal also the progress of runs.

    With --json each line is an object with id, kind (result or progress) and result.
    """
    left = count
    with (
        connect(url, namespace, token) as client,
        bars(wanted=not as_json) as shown,
        client.stream(function, after=after) as updates,
    ):
        for update in updates:
            _show(update, shown, as_json=as_json)
            if left is not None and update.kind == "result":
                left -= 1
                if left == 0:
                    return


def _show(update: Update, shown: Bars, *, as_json: bool) -> None:
    result = update.result
    if as_json:
        print_line({"id": update.id, "kind": update.kind, "result": plain(result)})
    elif update.kind == "result":
        shown.end(result.key)
        say(f"{result.key}\t{result.status}\t{_outcome(result)}")
    elif result.progress is not None:
        shown.show(result.key, result.progress.done, result.progress.total, result.progress.note)


def _outcome(result: TaskResult) -> str:
    if result.error is not None:
        return result.error.message.partition("\n")[0]
    return as_text(result.value)
