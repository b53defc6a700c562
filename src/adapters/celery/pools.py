"""The thread pool, able to stop within the time that a platform gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from celery.concurrency.thread import TaskPool


class ThreadPool(TaskPool):
    """`worker_pool`: as Celery's threads, but a cold shutdown does not wait for them.

    What they run is handed back to the queue, and they end with the process: see
    `worker.run_worker`.
    """

    executor: ThreadPoolExecutor

    def on_stop(self) -> None:
        from celery.worker import state

        if getattr(state, "should_terminate", None):  # the stubs say that it is always None
            self.executor.shutdown(wait=False, cancel_futures=True)
        else:
            super().on_stop()
