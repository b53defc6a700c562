"""Gives a worker's consumer its lane, and takes it away in good order."""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep
from celery.concurrency.solo import TaskPool as SoloPool
from celery.concurrency.thread import TaskPool as ThreadPool
from celery.worker import state

from ..pools import SharingPool
from ..task import NAME
from .lane import Lane


class LaneStep(StartStopStep):
    """The lane lasts as long as the worker; connections come and go.

    Pools with processes of their own, and transports without an event loop, have none.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        parent.lane = None
        if isinstance(parent.pool, ThreadPool | SoloPool) and parent.hub is not None:
            slots = parent.pool.num_processes or 1
            parent.lane = Lane(parent, parent.app.tasks[NAME], slots=slots)
            if isinstance(parent.pool, SharingPool):
                parent.pool.share(parent.lane.board, parent.lane.calls)

    def start(self, parent: Any) -> None:
        """Start the slots; they stay when a connection is lost."""
        if parent.lane is not None:
            parent.lane.start()

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """Have acknowledgements made by the thread that talks to the broker."""
        if parent.lane is not None:
            parent.lane.calls.register(hub)

    def stop(self, parent: Any) -> None:
        """Before the connection closes."""
        if parent.lane is None:
            return
        if isinstance(parent.pool, SharingPool):
            parent.pool.forget()
        stop, terminate = getattr(state, "should_stop", None), state.should_terminate
        if (stop, terminate) == (None, None):
            parent.lane.forget()
        else:
            parent.lane.close(wait=terminate is None)
