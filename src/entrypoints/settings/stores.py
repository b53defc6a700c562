"""Settings of where results, sources and messages are, and how long a run is waited for."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field


class StoreSettings(BaseModel):
    """Stores and queue."""

    store: str = "memory://"
    """URL of the result store: `memory://`, `redis://`, `rediss://`, `redis+sentinel://`,
    `redis+cluster://`, or the scheme of an installed adapter. Memory, so that nothing needs a
    server until it is told of one."""

    source_store: str = ""
    """URL of the source store. Empty: the same as `store`, because one server is enough."""

    queue: str = ""
    """URL of the task queue. Empty: the same as `store`. A Redis Cluster cannot carry Celery's
    messages, so beside `redis+cluster://` this must name another server."""

    prefix: str = ""
    """Put before every key of the stores. Empty, so that a result's Redis key is exactly the key
    that the API shows."""

    queue_prefix: str = "{fleeting}:"
    """Put before every key of the queue. Hash-tagged, because a sharded Redis Enterprise must
    keep all of them on one shard."""

    queue_name: str = "fleeting"
    """Name of the Celery queue that tasks go to, and that workers take from."""

    inline_source_bytes: int = Field(default=1024, ge=0)
    """Sources up to this many bytes travel in each message, longer ones once: below about 1 KiB a
    second look-up in the worker costs more than the bytes."""

    lease_seconds: float = Field(default=8, ge=1, le=3600)
    """After so many seconds without a sign of life of its worker a run is taken over. Eight, so
    that it is running elsewhere within ten, yet a pause of the network or the machine is waited
    for."""

    @property
    def lease(self) -> timedelta:
        """`lease_seconds` as a span of time."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def source_store_url(self) -> str:
        """URL of the source store in force."""
        return self.source_store or self.store

    @property
    def queue_url(self) -> str:
        """URL of the task queue in force."""
        return self.queue or self.store

    @property
    def source_store_variable(self) -> str:
        """The variable that names the source store in force."""
        return "FLEETING_SOURCE_STORE" if self.source_store else "FLEETING_STORE"

    @property
    def queue_variable(self) -> str:
        """The variable that names the task queue in force."""
        return "FLEETING_QUEUE" if self.queue else "FLEETING_STORE"

    @property
    def is_one_server(self) -> bool:
        """Whether one server keeps results and queue, under one user."""
        return self.queue_url == self.store
