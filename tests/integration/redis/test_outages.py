"""Servers and connections go and come back; adapters that were made before go on as they were."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import redis.crc

from fleeting.adapters.redis.adapter import result_store
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.event_feed import RedisEventFeed
from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.domain.change import Swapped, opening
from fleeting.domain.errors import StoreUnavailable
from fleeting.domain.event import Event
from fleeting.domain.result_key import Address
from fleeting.ports.bundles import ResultStoreAdapter, StoreOptions
from fleeting.testing import Run
from fleeting.testing.given import Given

from ..servers.cluster import RedisCluster
from ..servers.sentinel import SentinelGroup
from ..servers.tcp_proxy import TcpProxy
from .conftest import Backend

SOON = 3.0
PATIENCE = timedelta(seconds=20)

Use = Callable[[], None]


@contextmanager
def opened(url: str, run: Run) -> Iterator[ResultStoreAdapter]:
    store = result_store(url, StoreOptions())
    try:
        yield store
    finally:
        store.close()
        run(_aclose(store))


async def _aclose(store: ResultStoreAdapter) -> None:
    await store.aclose()


async def _read(store: ResultStoreAdapter, address: Address) -> object:
    return await store.reader.read(address)


@pytest.fixture
def use(run: Run, writer: RedisResultWriter, reader: RedisResultReader) -> Use:
    """Writes a result and reads it back."""
    numbers = iter(range(1_000))

    async def read(address: Address) -> object:
        return await reader.read(address)

    def use() -> None:
        record = Given(writer).succeeded(next(numbers))
        stored = run(read(record.address))
        assert stored is not None

    return use


def test_server_that_forgot_the_scripts_is_told_again(backend: Backend, use: Use) -> None:
    use()
    for server in backend.servers:
        with server.connect() as client:
            client.script_flush()

    use()


def test_server_that_was_restarted_is_used_again(backend: Backend, use: Use) -> None:
    """All idle connections are broken by then, of every pool."""
    use()
    for server in backend.servers:
        with server.connect() as client:
            client.execute_command("CLIENT KILL", "TYPE", "normal", "SKIPME", "yes")

    use()


def test_cut_connections_go_unnoticed(run: Run, valkey_proxy: TcpProxy) -> None:
    with opened(valkey_proxy.url, run) as store:
        given = Given(store.writer)
        address = given.succeeded(1).address
        for _ in range(3):
            valkey_proxy.cut()
            assert run(_read(store, address)) is not None
            assert store.writer.load([address])[0].record is not None


def test_outage_is_told_soon_and_ends_by_itself(run: Run, valkey_proxy: TcpProxy) -> None:
    with opened(valkey_proxy.url, run) as store:
        given = Given(store.writer)
        address = given.succeeded(1).address
        valkey_proxy.refuse()

        for call in (lambda: store.writer.load([address]), lambda: run(_read(store, address))):
            begin = time.monotonic()
            with pytest.raises(StoreUnavailable):
                call()
            assert time.monotonic() - begin < SOON

        valkey_proxy.heal()
        assert store.writer.load([address])[0].record is not None
        assert run(_read(store, address)) is not None


def test_network_that_swallows_everything_is_told_after_the_timeout(
    run: Run, valkey_proxy: TcpProxy
) -> None:
    """A server that does not answer gets one try: whoever waits has waited long enough."""
    with opened(f"{valkey_proxy.url}?socket_timeout=0.5", run) as store:
        address = Given(store.writer).succeeded(1).address
        run(_read(store, address))
        valkey_proxy.freeze()

        for call in (lambda: store.writer.load([address]), lambda: run(_read(store, address))):
            begin = time.monotonic()
            with pytest.raises(StoreUnavailable):
                call()
            assert time.monotonic() - begin < SOON

        valkey_proxy.heal()
        assert store.writer.load([address])[0].record is not None
        assert run(_read(store, address)) is not None


def test_reader_that_waits_over_a_cut_misses_nothing(run: Run, valkey_proxy: TcpProxy) -> None:
    with opened(valkey_proxy.url, run) as store:
        given = Given(store.writer)

        async def read() -> list[Event]:
            position = await store.feed.latest("")
            waiting = asyncio.create_task(store.feed.read("", position, wait=PATIENCE, limit=9))
            await store.feed.latest("")
            valkey_proxy.cut()
            await asyncio.to_thread(given.queued)
            return list(await waiting)

        assert [event.address for event in run(read())] == [given.address()]


def test_wait_longer_than_a_socket_timeout_is_no_outage(run: Run, valkey_url: str) -> None:
    with opened(f"{valkey_url}?socket_timeout=0.5", run) as store:

        async def read() -> list[Event]:
            position = await store.feed.latest("")
            return list(await store.feed.read("", position, wait=timedelta(seconds=1.2), limit=9))

        assert run(read()) == []


def test_waiters_have_connections_of_their_own(run: Run, valkey_url: str) -> None:
    """Twenty who wait do not hold up one who reads."""
    with opened(valkey_url, run) as store:

        async def read() -> float:
            position, loop = await store.feed.latest(""), asyncio.get_running_loop()
            waiting = [
                asyncio.create_task(store.feed.read("", position, wait=PATIENCE, limit=9))
                for _ in range(20)
            ]
            await store.feed.latest("")
            begin = loop.time()
            await store.reader.functions("")
            elapsed = loop.time() - begin
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            return elapsed

        assert run(read()) < PATIENCE.total_seconds() / 2


def test_sentinels_are_asked_again_after_a_failover(
    run: Run, sentinel_group: SentinelGroup, sentinel_url: str
) -> None:
    with opened(sentinel_url, run) as store:
        given = Given(store.writer)
        before = given.succeeded(1).address
        run(_read(store, before))

        sentinel_group.failover()

        after = given.succeeded(2).address
        assert run(_read(store, after)) is not None


def test_slot_that_has_moved_is_followed(
    run: Run, redis_cluster: RedisCluster, cluster_url: str
) -> None:
    """By the blocking and by the asynchronous client, from what they knew before."""
    with opened(cluster_url, run) as store:
        given = Given(store.writer)
        run(_read(store, given.succeeded(1).address))
        record = given.record(2)

        move(redis_cluster, redis.crc.key_slot(record.key.encode()))

        [outcome] = store.writer.store([opening(record, now=given.now)])
        assert isinstance(outcome, Swapped)
        assert run(_read(store, record.address)) is not None


def move(cluster: RedisCluster, slot: int) -> None:
    """Give an empty slot to another node."""
    clients = [node.connect() for node in cluster.members]
    names = [client.execute_command("CLUSTER MYID") for client in clients]
    owner = next(n for n, client in enumerate(clients) if _owns(client, slot))
    heir = (owner + 1) % len(clients)
    for client in [clients[heir], clients[owner], clients[(owner + 2) % len(clients)]]:
        client.execute_command("CLUSTER SETSLOT", slot, "NODE", names[heir])
    for client in clients:
        client.close()


def _owns(client: redis.Redis, slot: int) -> bool:
    return any(
        first <= slot <= last and primary[2] == client.execute_command("CLUSTER MYID")
        for first, last, primary, *_ in client.execute_command("CLUSTER SLOTS")
    )


def test_cancelled_read_ends_soon_and_spoils_nothing(
    run: Run, connection: RedisConnection, layout: Layout, reader: RedisResultReader, use: Use
) -> None:
    feed = RedisEventFeed(connection, layout.space)

    async def give_up() -> None:
        position = await feed.latest("")
        for _ in range(5):
            waiting = asyncio.create_task(feed.read("", position, wait=PATIENCE, limit=9))
            await feed.latest("")
            waiting.cancel()
            async with asyncio.timeout(SOON):
                [end] = await asyncio.gather(waiting, return_exceptions=True)
            assert isinstance(end, asyncio.CancelledError)
        for _ in range(5):
            assert await reader.functions("") == []

    run(give_up())
    use()
