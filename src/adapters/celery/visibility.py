"""Shows Redis that this worker lives: whatever it holds stays its own.

A thread rather than a timer of the event loop, which stands still while a solo worker runs a task
and while the consumer waits to connect again.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Any, Final

from celery.bootsteps import StartStopStep

from .qos import QoS

_log: Final = logging.getLogger(__name__)

_BEATS: Final = 4
"""Heartbeats in one visibility timeout: three may fail before anybody takes over."""

_RETRY_SECONDS: Final = 0.5
"""Pause after a failed heartbeat: a server that is back hears of this worker at once."""


class VisibilityHeartbeat(StartStopStep):
    """Keeps the visibility clock of all messages held fresh: running, prefetched and delayed ones.

    So the visibility timeout can be a few seconds, which is how long it takes until the messages
    of a killed worker are taken over, whatever tasks and countdowns last.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._watched: tuple[QoS, ...] = ()
        self._pause = 0.0
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self, parent: Any) -> None:
        """Watch the connection that was just made; those before it, while they hold anything."""
        qos = parent.task_consumer.channel.qos
        if not isinstance(qos, QoS):
            return  # kombu's own transport
        qos.running = _running_tags
        self._watched = (*(old for old in self._watched if not old.is_idle), qos)
        self._pause = qos.visibility_timeout / _BEATS
        if self._thread is None:
            self._thread = Thread(target=self._beat, name="fleeting-visibility", daemon=True)
            self._thread.start()

    def stop(self, parent: Any) -> None:
        """Go on: runs may take until the end of a warm shutdown, or of a lost connection."""

    def shutdown(self, parent: Any) -> None:
        """Stop for good, when the pool has stopped."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_RETRY_SECONDS)
        for qos in self._watched:
            qos.let_go_of_kept()
        self._refresh_all()

    def _beat(self) -> None:
        reached = True
        while not self._stopping.wait(self._pause if reached else _RETRY_SECONDS):
            failure = self._refresh_all()
            if failure is not None and reached:
                _log.warning("no sign of life reaches Redis: %s", failure)
            reached = failure is None

    def _refresh_all(self) -> Exception | None:
        """The last failure, where there was one."""
        failures = [_refresh(qos) for qos in self._watched]
        return next((failure for failure in failures if failure is not None), None)


def _refresh(qos: QoS) -> Exception | None:
    try:
        if not qos.is_idle:
            qos.refresh()
    except Exception as exc:  # noqa: BLE001 - a heartbeat that ends would let others take over
        return exc
    return None


def _running_tags() -> frozenset[str]:
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
