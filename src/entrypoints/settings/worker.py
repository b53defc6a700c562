"""Settings of worker processes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class WorkerSettings(BaseModel):
    """Workers."""

    worker_pool: Literal["threads", "solo", "prefork"] = "threads"
    """Celery pool of `fleeting worker`. Threads, because every run has a process of its own
    anyway, and they answer remote control while all slots are busy."""

    worker_processes: int = Field(default=1, ge=1, le=256)
    """Processes of one `fleeting worker`. One, which is least memory; as many as CPUs is most
    throughput for short runs. Several are watched, and replaced when they die."""

    worker_concurrency: int = Field(default=0, ge=0)
    """Runs at the same time in one worker process. 0: one for each CPU, shared by the processes."""

    worker_queues: str = ""
    """Queues that `fleeting worker` takes from, separated by commas. Empty: `queue_name` alone."""

    worker_debuggable: bool = False
    """Whether other processes of the worker's user may look into its memory and environment, as
    debuggers, py-spy and core dumps do. Off, because secrets lie there, and a run at the level
    `process` is a process of that user."""
