"""What one installed adapter offers for a URL: all ports that share the same backend.

An adapter package registers a factory for a URL scheme under an entry-point group named like
`fleeting.result_store`; the factory returns one of these. Making one connects to nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from .cancel_signals import CancelSignals
from .credentials import FindCredentials
from .event_feed import EventFeed
from .fleet import Fleet, FleetRegister
from .health import SupportsPing
from .lease_source import LeaseSource
from .quarantines import QuarantineRegister, Quarantines
from .rate_limiter import RateLimiter
from .result_store import OpenTasks, ResultReader, ResultWriter
from .secret_source import SecretSource
from .source_store import SourceReader, SourceWriter
from .task_queue import TaskQueue
from .task_records import TaskRecords
from .task_signer import KeptKey, TaskSigner


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
    make_rate_limiter: Callable[[], RateLimiter] | None = None
    """Makes what counts requests; only called where they are limited. None: this backend cannot.

    Raises:
        MissingExtra: a package that it needs is not installed.
    """
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
    find_credentials: FindCredentials | None = None
    """Knows what `credentials=` in the URL means; None: nothing is looked up."""
    keeps_usage: bool = False
    """Whether to keep what each namespace has, for `SupportsUsage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """What every factory of a queue is told beside its URL."""

    prefix: str
    """Put before every key; hash-tagged, so that a sharded server keeps it together."""
    name: str
    """The queue's own name."""
    inline_source_bytes: int
    """Sources up to this size travel in the message."""
    signer: TaskSigner | None = None
    """Signs what is queued, by `domain.seal`; None: messages go unsigned."""
    find_credentials: FindCredentials | None = None
    """As in `StoreOptions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSourceAdapter:
    """A backend for secrets, as workers see it."""

    source: SecretSource
    leases: LeaseSource | None = None
    """Where credentials are made; None: the backend only keeps what was put there."""
    signer: Callable[[str], KeptKey] | None = None
    """Gives the key at a path, which signs without leaving the backend; None: it keeps none."""
    health: SupportsPing
    close: Callable[[], None] = nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOptions:
    """What every factory of a secret source is told beside its URL: how to prove who asks.

    Which of these an adapter has use for is its own business. Files are read again whenever
    proof is asked for, so that who delivers them may replace them.
    """

    role_id: str = ""
    """Who asks, where an account has two parts."""
    secret_id: str = field(default="", repr=False)
    """The part that proves it."""
    secret_id_file: str = ""
    """The file that holds it, instead."""
    is_wrapped: bool = False
    """Whether it can be fetched once with what is given, and is not that itself."""
    token_file: str = ""
    """A file with a token that somebody else keeps fresh."""
    jwt_file: str = ""
    """A file with a signed statement of who asks, as platforms issue it."""


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


class SecretSourceFactory(Protocol):
    """Entry-point group `fleeting.secret_source`."""

    def __call__(self, url: str, options: SecretOptions) -> SecretSourceAdapter:
        """Make the adapter for `url`; raises as `ResultStoreFactory`."""
        ...
