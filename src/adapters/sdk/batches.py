"""Submit many tasks in batches that a platform takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from ...domain.errors import BatchTooLarge, BodyTooLarge, FleetingError
from ...domain.task import TaskRequest
from .gateway import TaskCalls

BATCH_SIZE: Final = 500
"""Tasks in one call: large enough for one round trip to weigh nothing, small enough to show
progress and to stay below the usual cap of 1000."""


async def submit_all(
    calls: TaskCalls, requests: Iterable[TaskRequest], *, size: int = BATCH_SIZE
) -> list[str]:
    """Submit every request, `size` at once; returns their keys in order.

    A batch that is too large for the platform is sent in halves. Each batch is accepted whole or
    not at all; where a later one fails, the error notes how many tasks were accepted before.

    Raises:
        RequestError: a request cannot be accepted; the rest of its batch is not accepted either.
        PortError: the platform does not answer.
    """
    keys: list[str] = []
    try:
        for batch in _batched(requests, size):
            keys += await _submit(calls, batch)
    except FleetingError as exc:
        if keys:
            exc.add_note(f"{len(keys)} tasks of the batches before this one were accepted")
        raise
    return keys


async def _submit(calls: TaskCalls, batch: Sequence[TaskRequest]) -> list[str]:
    try:
        return await calls.submit(batch)
    except (BatchTooLarge, BodyTooLarge):
        if len(batch) == 1:
            raise
    half = len(batch) // 2
    return [*await _submit(calls, batch[:half]), *await _submit(calls, batch[half:])]


def _batched(requests: Iterable[TaskRequest], size: int) -> Iterator[list[TaskRequest]]:
    rest = iter(requests)
    while batch := list(islice(rest, max(size, 1))):
        yield batch
