"""A worker inside this process, for the memory queue: API, tests and `fleeting run` use it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..adapters.memory.task_queue import MemoryTaskQueue
from ..adapters.memory.worker import MemoryWorker
from . import runners
from .container import Container


@contextmanager
def embedded_worker(container: Container) -> Iterator[None]:
    """Work on the memory queue while the block runs; other queues have workers of their own.

    Raises:
        WeakIsolation: the isolation that the settings ask for is not in force on this machine.
    """
    queue = container.queue().queue
    if not isinstance(queue, MemoryTaskQueue):
        yield
        return
    settings = container.settings()
    runners.prove(container.runner(), settings)
    execution = container.execution()
    worker = MemoryWorker(
        queue=queue,
        execute=execution.run,
        refuse=execution.refuse,
        open_message=container.open_message(),
        threads=settings.worker_concurrency or os.cpu_count() or 1,
    )
    execution.start()
    execution.announce()
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        execution.close()
