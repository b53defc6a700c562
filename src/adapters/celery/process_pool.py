"""Celery's pool of processes, made to notice soon that one of them has died."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from celery.concurrency.asynpool import AsynPool as StockAsynPool
from celery.concurrency.prefork import TaskPool as StockTaskPool

_LOOK_SECONDS: Final = 0.5
"""Between two looks at which processes have ended; Celery's own five seconds are half of what a
take-over may last."""


class AsynPool(StockAsynPool):
    """Looks more often.

    Celery hears of an end by a pipe that closes, but the kernel closes it a moment before the
    process can be waited for: when Celery is quicker it finds nothing, and looks again by a timer.
    """

    @property
    def timers(self) -> dict[Callable[[], Any], float]:
        return {self.maintain_pool: _LOOK_SECONDS}


class ProcessPool(StockTaskPool):
    """`worker_pool`: as Celery's prefork."""

    Pool = AsynPool
