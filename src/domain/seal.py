"""Messages whose calls are sealed by a signature; `domain.unseal` is the way back to plain ones.

A sealed message carries the text of each call and one signed statement about all of them. It may
be taken apart and sent again, call by call, without its signer.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from .chunk import CALLS, call_of
from .message import options_of, source_of
from .statement import signed_bytes, write, write_call
from .task import Task

Sign = Callable[[bytes], tuple[str, bytes]]
"""Signs bytes; returns the id of the key, and the signature."""


def call_texts(tasks: Sequence[Task]) -> list[str]:
    """The texts of calls that are alike, to be sealed together."""
    return [write_call(call_of(task, tasks[0])) for task in tasks]


def seal(
    tasks: Sequence[Task], calls: Sequence[str], *, sign: Sign, queue: str, inline_bytes: int
) -> dict[str, JsonValue]:
    """The message for tasks that are alike, see `chunk.likeness`, which counts in `queue` alone.

    The signature holds until the last of their deadlines.

    Args:
        tasks: one or many.
        calls: their texts, by `call_texts`.
        sign: signs what is said of them.
        queue: where the message goes.
        inline_bytes: as for `message.encode`.
    """
    first = tasks[0]
    statement = write(
        calls,
        function=first.function,
        source_digest=first.source_digest,
        options=options_of(first),
        not_after=max(task.deadline for task in tasks),
        queue=queue,
    )
    signer, signature = sign(signed_bytes(statement))
    return {
        **_named(tasks, calls),
        **({"namespace": first.namespace} if first.namespace else {}),
        **source_of(first, inline_bytes=inline_bytes),
        "statement": statement,
        "signature": b64encode(signature).decode(),
        "signer": signer,
    }


def _named(tasks: Sequence[Task], calls: Sequence[str]) -> dict[str, JsonValue]:
    """Each call under its key, which workers and their monitors look for outside."""
    if len(tasks) == 1:
        return {"key": tasks[0].key, "call": calls[0]}
    return {
        CALLS: [{"key": task.key, "call": call} for task, call in zip(tasks, calls, strict=True)]
    }
