"""Celery's worker program, with a soft shutdown that ends as soon as it can.

To be imported after `worker.treat_sigterm_as_soft_shutdown`.
"""

from __future__ import annotations

import signal
import time
from typing import Any, Final

from celery import platforms
from celery.apps.worker import Worker as StockWorker
from celery.exceptions import WorkerTerminate
from celery.worker import state

from .lane.parcel import LaneRequest
from .pools import SoloPool

_LOOK_SECONDS: Final = 0.05


class Worker(StockWorker):
    """Lets what runs go on for `worker_soft_shutdown_timeout` seconds after SIGTERM."""

    pool_cls: Any
    _stop_softly: Any
    """What Celery itself does at SIGTERM."""

    def wait_for_soft_shutdown(self) -> None:  # type: ignore[override]  # the stubs err: no bool
        """Wait no longer than there is something to wait for.

        Called in Celery's signal handler. The results of a prefork pool cannot be seen from
        there, so it waits for the whole time.
        """
        end = time.monotonic() + self._patience
        while state.active_requests and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)

    def install_platform_tweaks(self, worker: Any) -> None:
        super().install_platform_tweaks(worker)
        if issubclass(self.pool_cls, SoloPool):
            self._stop_softly = signal.getsignal(signal.SIGTERM)
            platforms.signals["SIGTERM"] = self._finish_in_time

    def on_stopped(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        super().on_stopped()

    @property
    def _patience(self) -> float:
        return float(self.app.conf.worker_soft_shutdown_timeout)

    def _finish_in_time(self, *args: Any) -> None:
        """For a solo worker, whose task stands still while a signal handler waits.

        It ends after the task, or the alarm breaks the task off where it stands. What the lane
        runs has a thread of its own, and stands still for nobody.
        """
        if all(isinstance(request, LaneRequest) for request in tuple(state.active_requests)):
            self._stop_softly(*args)
            return
        setattr(state, "should_stop", 0)  # noqa: B010 - the stubs say that it is always None
        signal.signal(signal.SIGALRM, _break_off)
        signal.setitimer(signal.ITIMER_REAL, self._patience)


def _break_off(*_: object) -> None:
    raise WorkerTerminate(0)
