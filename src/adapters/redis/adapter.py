"""Factories for Redis URLs, as the entry points name them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ...domain.errors import MissingExtra
from ...ports.bundles import ResultStoreAdapter, SourceStoreAdapter, StoreOptions
from ...ports.rate_limiter import RateLimiter
from .cancel_signals import RedisCancelSignals
from .changes import Layout
from .connection import RedisConnection
from .event_feed import BLOCK, RedisEventFeed
from .fleet import RedisFleet, RedisFleetRegister
from .health import RedisHealth
from .keyspace import Keyspace
from .quarantines import RedisQuarantineRegister, RedisQuarantines
from .result_store import RedisOpenTasks, RedisResultReader, RedisResultWriter
from .source_store import RedisSourceReader, RedisSourceWriter
from .task_records import PostingTaskRecords, RedisTaskRecords
from .url import RedisUrl, parse


def result_store(url: str, options: StoreOptions) -> ResultStoreAdapter:
    """A store on the Redis behind `url`; nothing is connected before its first use."""
    place = parse(url, options.find_credentials)
    connection = RedisConnection.to(place)
    layout = Layout(
        Keyspace.under(options.prefix),
        is_sharded=place.is_sharded,
        keeps_usage=options.keeps_usage,
    )
    records = RedisTaskRecords if layout.is_sharded else PostingTaskRecords
    return ResultStoreAdapter(
        writer=RedisResultWriter(connection, layout),
        open_tasks=RedisOpenTasks(connection, layout),
        cancel_signals=RedisCancelSignals(connection, layout.space),
        reader=RedisResultReader(connection, layout),
        records=records(connection, layout),
        feed=RedisEventFeed(connection, layout.space, _block(place)),
        health=RedisHealth(connection, layout.space),
        register=RedisFleetRegister(connection, layout.space),
        fleet=RedisFleet(connection, layout.space),
        quarantine_register=RedisQuarantineRegister(connection, layout.space),
        quarantines=RedisQuarantines(connection, layout.space),
        make_rate_limiter=partial(_rate_limiter, connection, layout.space),
        close=connection.close,
        aclose=connection.aclose,
    )


def source_store(url: str, options: StoreOptions) -> SourceStoreAdapter:
    """A store of module texts on the Redis behind `url`."""
    connection = RedisConnection.to(parse(url, options.find_credentials))
    space = Keyspace.under(options.prefix)
    return SourceStoreAdapter(
        reader=RedisSourceReader(connection, space),
        writer=RedisSourceWriter(connection, space),
        close=connection.close,
        aclose=connection.aclose,
    )


def _rate_limiter(connection: RedisConnection, space: Keyspace) -> RateLimiter:
    # Workers count nothing, and have the library not.
    try:
        from .rate_limiter import RedisRateLimiter
    except ImportError as exc:
        raise MissingExtra(
            "rate limits need a package that is not installed: pip install 'fleeting[api]'"
        ) from exc
    return RedisRateLimiter(connection, space)


def _block(url: RedisUrl) -> timedelta:
    """How long a read may wait before the connection counts as broken, with a margin."""
    return min(BLOCK, timedelta(seconds=0.4 * url.options.socket_timeout))
