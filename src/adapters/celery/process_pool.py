"""Celery's pool of processes, whose processes end when they are told to, and are missed soon."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Final

from billiard.common import TERM_SIGNAL
from celery.concurrency.asynpool import AsynPool as StockAsynPool
from celery.concurrency.prefork import TaskPool as StockTaskPool

_LOOK_SECONDS: Final = 0.5
"""Between two looks at which processes have ended; Celery's own five seconds are half of what a
take-over may last."""


class AsynPool(StockAsynPool):
    """Looks more often, and ends runs by the signal that this worker uses for it.

    Celery hears of an end by a pipe that closes, but the kernel closes it a moment before the
    process can be waited for: when Celery is quicker it finds nothing, and looks again by a timer.
    """

    def terminate_job(self, pid: int, sig: int | None = None) -> None:
        """End the process of a run.

        Who revokes one asks for SIGTERM, not knowing what workers have in its place; the processes
        of a worker that remaps it ignore it.
        """
        super().terminate_job(pid, TERM_SIGNAL if sig == signal.SIGTERM else sig)

    @property
    def timers(self) -> dict[Callable[[], Any], float]:
        return {self.maintain_pool: _LOOK_SECONDS}


class ProcessPool(StockTaskPool):
    """`worker_pool`: as Celery's prefork."""

    Pool = AsynPool
