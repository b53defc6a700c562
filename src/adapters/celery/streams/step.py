"""A worker's part in the custody of its messages: which run, and when it is all over."""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep

from .channel import Channel
from .process import Keeping


class CustodyStep(StartStopStep):
    """Has messages of runs kept over lost connections, and given back when the worker stops.

    So the visibility timeout can be a few seconds, which is how long it takes until the messages
    of a killed worker are taken over, whatever tasks last.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._keeping: Keeping | None = None

    def start(self, parent: Any) -> None:
        """Speak for the runs of this worker; its connection was just made."""
        channel = parent.task_consumer.channel
        if not isinstance(channel, Channel):
            return  # kombu's own transport
        self._keeping = channel.keeping
        self._keeping.has_worker = True
        if running_tags not in self._keeping.custody.running:
            self._keeping.custody.running.append(running_tags)

    def stop(self, parent: Any) -> None:
        """Go on: runs may take until the end of a warm shutdown, or of a lost connection."""

    def shutdown(self, parent: Any) -> None:
        """Give back what is still held, when the pool has stopped."""
        if self._keeping is not None:
            self._keeping.has_worker = False
            self._keeping.close()


def running_tags() -> frozenset[str]:
    """The delivery tags of tasks that run and have not been acknowledged."""
    from celery.worker import state

    while True:
        try:
            return frozenset(
                request.message.delivery_tag
                for request in tuple(state.active_requests)
                if request.task.acks_late and not request.acknowledged
            )
        except RuntimeError:  # another thread changed the set meanwhile
            continue
