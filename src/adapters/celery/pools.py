"""Celery's pools without processes of their own, made to survive what the stock ones do not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from billiard.einfo import ExceptionInfo
from celery.concurrency.solo import TaskPool as StockSoloPool
from celery.concurrency.thread import TaskPool as StockThreadPool

from ...domain.errors import MalformedMessage

_log: Final = logging.getLogger(__name__)


class ThreadPool(StockThreadPool):
    """`worker_pool`: as Celery's threads, but no message can block one, and it stops in time.

    A cold shutdown does not wait for threads: what they run is handed back to the queue, and they
    end with the process, see `worker.start_worker`.
    """

    executor: ThreadPoolExecutor

    def apply_async(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return super().apply_async(_guarded(target), *args, **kwargs)

    def on_stop(self) -> None:
        from celery.worker import state

        if getattr(state, "should_terminate", None):  # the stubs say that it is always None
            self.executor.shutdown(wait=False, cancel_futures=True)
        else:
            super().on_stop()


class SoloPool(StockSoloPool):
    """`worker_pool`: as Celery's solo, but no message can end the worker."""

    def apply_async(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return super().apply_async(_guarded(target), *args, **kwargs)


def _guarded(target: Callable[..., Any]) -> Callable[..., Any]:
    """Celery's tracer, which reports what a task raises, but raises itself over some messages."""

    def trace(*args: Any, **kwargs: Any) -> Any:
        try:
            return target(*args, **kwargs)
        except Exception as exc:  # noqa: BLE001 - nobody else would notice
            _log.error("dropped a message that Celery cannot run (%s)", type(exc).__name__)
            return 1, _failure(), 0.0

    return trace


def _failure() -> ExceptionInfo:
    try:
        raise MalformedMessage("Celery cannot run this message")
    except MalformedMessage:
        return ExceptionInfo()
