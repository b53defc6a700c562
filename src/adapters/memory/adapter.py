"""Factories for `memory://` URLs, as the entry points name them."""

from __future__ import annotations

from functools import partial

from ...domain.errors import MissingExtra
from ...ports.bundles import (
    QueueOptions,
    ResultStoreAdapter,
    SourceStoreAdapter,
    StoreOptions,
    TaskQueueAdapter,
)
from ...ports.rate_limiter import RateLimiter
from .cancel_signals import MemoryCancelSignals
from .event_feed import MemoryEventFeed
from .fleet import MemoryFleet
from .quarantines import MemoryQuarantineRegister, MemoryQuarantines
from .result_store import MemoryOpenTasks, MemoryResultReader, MemoryResultWriter
from .source_store import MemorySourceReader, MemorySources, MemorySourceWriter
from .store import MemoryStore
from .switch import Switch
from .task_queue import MemoryTaskQueue
from .task_records import MemoryTaskRecords


def result_store(_url: str, _options: StoreOptions) -> ResultStoreAdapter:
    """A store of its own, which ends with this process."""
    store = MemoryStore()
    fleet = MemoryFleet(store)
    return ResultStoreAdapter(
        writer=MemoryResultWriter(store),
        open_tasks=MemoryOpenTasks(store),
        cancel_signals=MemoryCancelSignals(store),
        reader=MemoryResultReader(store),
        records=MemoryTaskRecords(store),
        feed=MemoryEventFeed(store),
        health=store,
        register=fleet,
        fleet=fleet,
        quarantine_register=MemoryQuarantineRegister(store),
        quarantines=MemoryQuarantines(store),
        make_rate_limiter=partial(_rate_limiter, store.switch),
    )


def _rate_limiter(switch: Switch) -> RateLimiter:
    try:
        from .rate_limiter import MemoryRateLimiter
    except ImportError as exc:
        raise MissingExtra(
            "rate limits need a package that is not installed: pip install 'fleeting[api]'"
        ) from exc
    return MemoryRateLimiter(switch)


def source_store(_url: str, _options: StoreOptions) -> SourceStoreAdapter:
    """A store of its own, which ends with this process."""
    sources = MemorySources()
    return SourceStoreAdapter(
        reader=MemorySourceReader(sources), writer=MemorySourceWriter(sources)
    )


def task_queue(_url: str, options: QueueOptions) -> TaskQueueAdapter:
    """A queue of its own; somebody in this process must work on it."""
    queue = MemoryTaskQueue(
        inline_bytes=options.inline_source_bytes,
        name=options.name,
        sign=None if options.signer is None else options.signer.sign,
    )
    return TaskQueueAdapter(queue=queue, health=queue)
