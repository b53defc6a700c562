"""The way of accepted tasks from the API to the workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..domain.backlog import Backlog
from ..domain.task import Task


class TaskQueue(Protocol):
    """Hands tasks to workers, at least once each, after the task's countdown."""

    async def put(self, tasks: Sequence[Task]) -> None:
        """Queue all tasks in one round trip.

        Returns once the queue has taken them; a task may be delivered before that, and more than
        once. Delivery follows the wire format of `domain.message`. An empty sequence is a no-op.

        Raises:
            QueueUnavailable: the queue cannot be reached or did not confirm within its time
                limit; some of the tasks may have been queued all the same.
            QueueDenied: the queue refuses the credentials or the command.
        """
        ...

    async def ping(self) -> None:
        """Return if the queue answers.

        Raises:
            QueueUnavailable: it does not.
            QueueDenied: it refuses the credentials.
        """
        ...


@runtime_checkable
class SupportsBacklog(Protocol):
    """A queue that can tell how much waits in it."""

    async def backlog(self) -> Backlog:
        """What may be delivered and was not yet, in one round trip, by the queue's own clock.

        Its cost does not grow with what waits.

        Raises:
            QueueUnavailable: the queue cannot be reached.
            QueueDenied: it refuses the credentials or the command.
        """
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is ready to be put into a queue by whoever talks to its server."""

    place: str
    """Where the server keeps what waits."""
    fields: tuple[str | int, ...]
    """What is put there: names and contents, one after the other."""


@runtime_checkable
class SupportsLetters(Protocol):
    """A queue whose messages may be posted by another one of its server's clients."""

    def letter(self, task: Task) -> Letter | None:
        """What `put` would send; None where that takes more than to put it somewhere.

        For a store that has `SupportsPosting` and is kept by the same server under the same user.
        """
        ...
