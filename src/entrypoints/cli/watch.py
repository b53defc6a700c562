"""`fleeting watch`: results of a function as they land, or one task as it runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as o
from .bars import bars
from .connection import DEFAULT_URL, connect
from .failure import reporting
from .printing import as_text, plain, print_line, say
from .tasks import show_result
from .waiting import follow

if TYPE_CHECKING:
    from ...adapters.sdk.task_result import TaskResult, TaskUpdate, Update
    from .bars import Bars

Count = Annotated[
    int | None,
    typer.Option(min=1, help="End after so many results of a function; else go on until Ctrl-C."),
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
    function: o.FunctionOrKey,
    *,
    count: Count = None,
    after: Position = None,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """Print each result of a function as it lands; on a terminal also the progress of runs.

    Given a key instead, follow that task to its end: what it prints goes to stderr line by line,
    its value to stdout. With --json each line is an object with id, kind (result or progress, of a
    task also status or output) and result, or the output.
    """
    with connect(url, namespace, token) as client, bars(wanted=not as_json) as shown:
        if _is_key(function):
            with client.handle(function).follow(after=after) as news:
                _watch_task(news, shown, as_json=as_json)
        else:
            with client.stream(function, after=after) as updates:
                _watch_function(updates, shown, count, as_json=as_json)


def _is_key(text: str) -> bool:
    from ...domain.errors import MalformedKey
    from ...domain.result_key import ResultKey

    try:
        ResultKey.parse(text)
    except MalformedKey:
        return False
    return True


def _watch_task(updates: Iterable[TaskUpdate], shown: Bars, *, as_json: bool) -> None:
    if not as_json:
        show_result(follow(updates, shown), as_json=False)
        return
    for update in updates:
        said = {"output": update.output} if update.task is None else {"result": plain(update.task)}
        print_line({"id": update.id, "kind": update.kind, **said})


def _watch_function(
    updates: Iterable[Update], shown: Bars, left: int | None, *, as_json: bool
) -> None:
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
