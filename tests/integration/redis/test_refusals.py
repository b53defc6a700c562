"""A Redis that cannot be used says so at once, in words that name the next step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from fleeting.adapters.redis.adapter import result_store
from fleeting.domain.change import Hold, opening
from fleeting.domain.errors import PortError, StoreDenied, StoreUnavailable
from fleeting.domain.result_key import Address
from fleeting.ports.bundles import ResultStoreAdapter, StoreOptions
from fleeting.testing import Run
from fleeting.testing.given import Given

from ..servers.port import Port
from ..servers.redis_server import RedisServer
from ..servers.require import require
from ..servers.tls_redis_server import TlsRedisServer

SOMEWHERE = Address("", "add_1763683200000_0123456789abcdef")
SOON = timedelta(seconds=3)

Call = Callable[[str], PortError]


def error_of(work: Callable[[], object]) -> PortError:
    """The error of a call that must fail soon."""
    begin = time.monotonic()
    with pytest.raises(PortError) as caught:
        work()
    assert time.monotonic() - begin < SOON.total_seconds()
    return caught.value


@pytest.fixture(params=["worker", "API"])
def call(request: pytest.FixtureRequest, run: Run) -> Call:
    """Uses the store behind a URL as a worker or as the API does, and returns what went wrong."""

    def call(url: str) -> PortError:
        with opened(url, run) as store:
            if request.param == "API":
                return error_of(lambda: run(_read(store)))
            return error_of(lambda: store.writer.load([SOMEWHERE]))

    return call


async def _read(store: ResultStoreAdapter) -> object:
    return await store.reader.read(SOMEWHERE)


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


def test_wrong_password(redis_tls_server: TlsRedisServer, redis_tls_url: str, call: Call) -> None:
    error = call(redis_tls_server.url_of("app", password="guess-me"))

    assert isinstance(error, StoreDenied)
    assert "password" in error.message
    assert "guess-me" not in error.message


def test_tls_to_a_server_without_it(redis_url: str, call: Call) -> None:
    error = call(redis_url.replace("redis://", "rediss://"))

    assert isinstance(error, StoreUnavailable)
    assert "TLS" in error.message


def test_no_tls_to_a_server_with_it(redis_tls_url: str, call: Call) -> None:
    error = call(redis_tls_url.partition("?")[0].replace("rediss://", "redis://"))

    assert isinstance(error, StoreUnavailable)
    assert "rediss://" in error.message


def test_certificate_of_a_stranger(
    redis_tls_server: TlsRedisServer, redis_tls_url: str, call: Call
) -> None:
    error = call(redis_tls_server.url_of("app", certificates=redis_tls_server.foreign))

    assert isinstance(error, StoreUnavailable)
    assert "ssl_ca_certs" in error.message


def test_client_certificate_that_is_missing(tmp_path: Path, call: Call) -> None:
    require("redis-server")
    with TlsRedisServer(tmp_path, client_certificate=True) as server:
        url = server.url
        error = call(url.partition("&ssl_certfile")[0])

    assert isinstance(error, StoreUnavailable)
    assert "ssl_certfile" in error.message


def test_right_that_is_missing(
    redis_tls_server: TlsRedisServer, redis_tls_url: str, run: Run
) -> None:
    with opened(redis_tls_server.url_of("readonly"), run) as store:
        error = error_of(lambda: store.writer.renew([Hold(SOMEWHERE, "running:1")], SOON))

    assert isinstance(error, StoreDenied)
    assert "evalsha" in error.message


@pytest.mark.parametrize("form", ["redis://{}", "redis+cluster://{}", "redis+sentinel://{}/name"])
def test_nobody_there(form: str, call: Call) -> None:
    port = Port()
    error = call(form.format(f"127.0.0.1:{port.number}"))
    port.release()

    assert isinstance(error, StoreUnavailable)
    assert f"127.0.0.1:{port.number}" in error.message


def test_cluster_url_to_a_single_server(redis_url: str, call: Call) -> None:
    error = call(redis_url.replace("redis://", "redis+cluster://"))

    assert isinstance(error, StoreUnavailable)
    assert "Cluster" in error.message


def test_unknown_master(sentinel_url: str, call: Call) -> None:
    error = call(sentinel_url.rpartition("/")[0] + "/stranger")

    assert isinstance(error, StoreUnavailable)
    assert "stranger" in error.message


def test_server_that_does_not_answer(redis_server: RedisServer, redis_url: str, call: Call) -> None:
    redis_server.pause()
    error = call(f"{redis_url}?socket_timeout=0.5&socket_connect_timeout=0.5")
    redis_server.resume()

    assert isinstance(error, StoreUnavailable)
    assert "in time" in error.message


def test_server_that_is_out_of_memory(tmp_path: Path, run: Run) -> None:
    require("redis-server")
    with (
        RedisServer(tmp_path, settings=["maxmemory 1mb"]) as server,
        opened(server.url, run) as store,
    ):
        given = Given(store.writer)
        change = opening(given.record(), now=given.now)
        error = error_of(lambda: store.writer.store([change]))

    assert isinstance(error, StoreUnavailable)
    assert "maxmemory" in error.message
