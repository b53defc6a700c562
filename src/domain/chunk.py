"""Many calls in one message: what they have in common is said once.

`docs/reference/wire.md` shows the format. In the worker a chunk falls apart into messages of one
call each, as `message.decode` reads them, so that each can be run, repeated or refused by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from .errors import MalformedMessage
from .message import options_of, source_of
from .task import Task

CALLS: Final = "calls"
"""The argument that makes a message a chunk."""

MOST_CALLS: Final = 100
"""Calls in a chunk that is sent: what all of them share is next to nothing for each by then, and a
chunk of short calls is still run at once."""

MOST_BYTES: Final = 64 * 1024
"""JSON of the calls in a chunk that is sent, unless it holds one call only: a worker may have to
put a part of it back, and a queue hands out whole messages."""

_MOST_TAKEN: Final = 1_000
"""Calls in a chunk that is accepted, whoever sent it: one script puts all of them back at once."""


def likeness(task: Task) -> Hashable:
    """Equal for calls that may share a chunk: they differ by key, time and parameters only."""
    return (
        task.function,
        task.source_digest,
        task.namespace,
        task.timeout,
        task.ttl,
        task.max_attempts,
        task.retry_on,
        task.isolation,
        task.memory_bytes,
        task.bounds,
        task.mode,
        task.countdown,
        tuple(task.labels.items()),
        task.principal,
    )


def encode_calls(tasks: Sequence[Task], *, inline_bytes: int) -> dict[str, JsonValue]:
    """The message for calls that are alike; `inline_bytes` as for `message.encode`."""
    first = tasks[0]
    return {
        CALLS: [call_of(task, first) for task in tasks],
        **source_of(first, inline_bytes=inline_bytes),
        "function": first.function,
        "options": options_of(first),
    }


def call_of(task: Task, first: Task) -> dict[str, JsonValue]:
    """What tells a task from another one that is alike."""
    call: dict[str, JsonValue] = {"key": task.key, "args": list(task.args)}
    if task.kwargs:
        call["kwargs"] = dict(task.kwargs)
    if task.deadline != first.deadline:
        call["deadline"] = task.deadline.isoformat()
    return call


def calls_in(data: Mapping[str, object]) -> list[dict[str, object]]:
    """The calls of a chunk, each as a message of its own; what is wrong with one shows when it is
    decoded.

    Raises:
        MalformedMessage: no calls can be found in it.
    """
    calls = data.get(CALLS)
    if not isinstance(calls, list) or not 0 < len(calls) <= _MOST_TAKEN:
        raise MalformedMessage(f"calls: not a list of 1 to {_MOST_TAKEN}")
    if not all(isinstance(call, dict) and CALLS not in call for call in calls):
        raise MalformedMessage("calls: not all of them are objects without calls of their own")
    shared = {name: value for name, value in data.items() if name != CALLS}
    return [_alone(shared, call) for call in calls]


def with_calls(data: Mapping[str, object], calls: Sequence[object]) -> dict[str, object]:
    """The same chunk with these of its calls, as they stand in it."""
    return {**data, CALLS: list(calls)}


def _alone(shared: Mapping[str, object], call: Mapping[str, object]) -> dict[str, object]:
    alone = {**shared, **call}
    options = alone.get("options", {})
    if "deadline" in call and isinstance(options, Mapping):
        alone["options"] = {**options, "deadline": alone.pop("deadline")}
    return alone
