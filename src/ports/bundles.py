"""What one installed adapter offers for a URL: all ports that share the same backend.

An adapter package registers a factory for a URL scheme under an entry-point group named like
`fleeting.result_store`; the factory returns one of these. Making one connects to nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from .cancel_signals import CancelSignals
from .event_feed import EventFeed
from .fleet import Fleet, FleetRegister
from .health import SupportsPing
from .quarantines import QuarantineRegister, Quarantines
from .result_store import OpenTasks, ResultReader, ResultWriter
from .source_store import SourceReader, SourceWriter
from .task_queue import TaskQueue
from .task_records import TaskRecords


def nothing() -> None:
    """Close an adapter that holds nothing open."""


async def nothing_async() -> None:
    """Close an adapter that holds nothing open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStoreAdapter:
    """A backend for results: the worker's synchronous ports, and the API's asynchronous ones."""

    writer: ResultWriter
    open_tasks: OpenTasks
    cancel_signals: CancelSignals
    reader: ResultReader
    records: TaskRecords
    feed: EventFeed
    health: SupportsPing
    register: FleetRegister | None = None
    """Where workers say what they give; None: the API cannot know of workers."""
    fleet: Fleet | None = None
    """Where the API reads that."""
    quarantine_register: QuarantineRegister | None = None
    """Where workers keep what speaks against a source; None: no source is ever in quarantine."""
    quarantines: Quarantines | None = None
    """Where the API and the operator read that."""
    close: Callable[[], None] = nothing
    """Release what the synchronous ports hold."""
    aclose: Callable[[], Awaitable[None]] = nothing_async
    """Release what the asynchronous ports hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStoreAdapter:
    """A backend for module texts."""

    reader: SourceReader
    writer: SourceWriter
    close: Callable[[], None] = nothing
    aclose: Callable[[], Awaitable[None]] = nothing_async


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQueueAdapter:
    """A backend for messages, as the API sees it."""

    queue: TaskQueue
    health: SupportsPing
    aclose: Callable[[], Awaitable[None]] = nothing_async


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """What every factory of a store is told beside its URL."""

    prefix: str = ""
    """Put before every key, where one server is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """What every factory of a queue is told beside its URL."""

    prefix: str
    """Put before every key; hash-tagged, so that a sharded server keeps it together."""
    name: str
    """The queue's own name."""
    inline_source_bytes: int
    """Sources up to this size travel in the message."""


class ResultStoreFactory(Protocol):
    """Entry-point group `fleeting.result_store`."""

    def __call__(self, url: str, options: StoreOptions) -> ResultStoreAdapter:
        """Make the adapter for `url`.

        Raises:
            InvalidSetting: the URL is not one that the adapter understands.
            MissingExtra: a package that it needs is not installed.
        """
        ...


class SourceStoreFactory(Protocol):
    """Entry-point group `fleeting.source_store`."""

    def __call__(self, url: str, options: StoreOptions) -> SourceStoreAdapter:
        """Make the adapter for `url`; raises as `ResultStoreFactory`."""
        ...


class TaskQueueFactory(Protocol):
    """Entry-point group `fleeting.task_queue`."""

    def __call__(self, url: str, options: QueueOptions) -> TaskQueueAdapter:
        """Make the adapter for `url`; raises as `ResultStoreFactory`."""
        ...
