"""redis-py's errors in fleeting's words."""

from __future__ import annotations

import pytest
from redis import exceptions as vendor
from redis.asyncio.sentinel import MasterNotFoundError as AsyncMasterNotFoundError
from redis.sentinel import MasterNotFoundError

from fleeting.adapters.redis.commands import command
from fleeting.adapters.redis.faults import is_outage, is_passing, refused, translated
from fleeting.domain.errors import PortError, StoreCorrupt, StoreDenied, StoreUnavailable

WHERE = "Redis at host:1"
GET = command("GET", "key")


def wrapped(cause: Exception) -> vendor.RedisClusterException:
    error = vendor.RedisClusterException("no reachable node")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (vendor.ConnectionError("refused"), StoreUnavailable, "refused. Start it"),
        (vendor.ConnectionError(), StoreUnavailable, "ConnectionError. Start it"),
        (ConnectionResetError("reset"), StoreUnavailable, "reset"),
        (vendor.TimeoutError("t"), StoreUnavailable, "in time"),
        (TimeoutError(), StoreUnavailable, "in time"),
        (vendor.AuthenticationError("WRONGPASS"), StoreDenied, "password"),
        (wrapped(vendor.AuthenticationError("WRONGPASS")), StoreDenied, "password"),
        (wrapped(vendor.ConnectionError("refused")), StoreUnavailable, "refused"),
        (vendor.RedisClusterException("slots"), StoreUnavailable, "slots"),
        (vendor.RedisClusterException("Cluster mode is not enabled"), StoreUnavailable, "redis://"),
        (vendor.NoPermissionError("no right to 'get'"), StoreDenied, "no right to 'get'"),
        (MasterNotFoundError("x : <Redis> - y"), StoreUnavailable, "sentinels do not answer"),
        (AsyncMasterNotFoundError("x"), StoreUnavailable, "know no healthy server"),
        (MasterNotFoundError("x - auth:AuthenticationError"), StoreDenied, "password"),
        (vendor.ConnectionError("[SSL: WRONG_VERSION_NUMBER]"), StoreUnavailable, "redis://"),
        (vendor.ConnectionError("CERTIFICATE_VERIFY_FAILED"), StoreUnavailable, "ssl_ca_certs"),
        (
            vendor.ConnectionError("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
            StoreUnavailable,
            "ssl_certfile",
        ),
    ],
)
def test_errors_name_the_server_and_the_next_step(
    error: Exception, expected: type[PortError], words: str
) -> None:
    found = translated(error, WHERE)

    assert type(found) is expected
    assert words in found.message
    assert WHERE in found.message


def test_hint_of_the_url_is_passed_on() -> None:
    assert "write rediss" in translated(ConnectionError("cut"), WHERE, "write rediss://").message


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (vendor.NoPermissionError("NOPERM"), StoreDenied, "permit"),
        (vendor.ResponseError("ACL failure in script"), StoreDenied, "permit"),
        (vendor.OutOfMemoryError("OOM"), StoreUnavailable, "maxmemory"),
        (vendor.ResponseError("WRONGTYPE Operation"), StoreCorrupt, "key holds"),
        (
            vendor.ResponseError("user_script:3: attempt to compare nil"),
            StoreCorrupt,
            "key holds",
        ),
        (vendor.ResponseError("CROSSSLOT Keys in request"), StoreDenied, "sharded=true"),
        (vendor.ResponseError("unknown command"), StoreDenied, "'GET'"),
    ],
)
def test_commands_that_were_not_carried_out(
    reply: vendor.ResponseError, expected: type[PortError], words: str
) -> None:
    found = refused(GET, reply, WHERE)

    assert type(found) is expected
    assert words in found.message
    assert WHERE in found.message


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (vendor.ConnectionError("refused"), True),
        (vendor.BusyLoadingError("LOADING"), True),
        (vendor.ReadOnlyError("READONLY"), True),
        (vendor.ClusterDownError("CLUSTERDOWN"), True),
        (wrapped(vendor.ConnectionError("refused")), True),
        (ConnectionResetError(), True),
        (vendor.TimeoutError(), False),
        (TimeoutError(), False),
        (vendor.AuthenticationError(), False),
        (wrapped(vendor.AuthenticationError()), False),
        (vendor.MaxConnectionsError(), False),
        (vendor.ConnectionError("CERTIFICATE_VERIFY_FAILED"), False),
    ],
)
def test_what_may_pass_is_tried_again(error: Exception, expected: bool) -> None:
    assert is_passing(error) is expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"text", False),
        (vendor.ResponseError("WRONGTYPE"), False),
        (vendor.NoScriptError(), False),
        (vendor.ResponseError("MISCONF cannot persist"), True),
        (vendor.ResponseError("NOREPLICAS"), True),
        (vendor.ConnectionError(), True),
        (vendor.TimeoutError(), True),
        (vendor.TryAgainError(), True),
    ],
)
def test_replies_that_stand_for_an_outage(reply: object, expected: bool) -> None:
    assert is_outage(reply) is expected
