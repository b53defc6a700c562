from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from redis.sentinel import Sentinel

from .port import HOST


@pytest.fixture
def group(sentinel_url, sentinel_group):
    return sentinel_group


def test_a_client_finds_the_primary_through_the_sentinels_of_the_url(sentinel_url, group):
    hosts, _, name = sentinel_url.removeprefix("redis+sentinel://").partition("/")
    sentinel = Sentinel([host.split(":") for host in hosts.split(",")])

    assert sentinel.discover_master(name) == (HOST, group.primary.port.number)

    for client in sentinel.sentinels:
        client.close()


def test_a_write_reaches_the_replica(group):
    client = group.primary.connect()
    client.set("key", "value")

    assert client.wait(num_replicas=1, timeout=5_000) == 1


def test_a_killed_primary_is_replaced_within_seconds(group):
    killed = group.kill_primary()

    successor = group.wait_for_another_primary(killed, within=timedelta(seconds=10))

    assert successor.connect().set("key", "value")


def test_a_failover_makes_the_old_primary_a_replica(group):
    old = group.primary

    new = group.failover()
    group.heal()

    assert new is not old
    with pytest.raises(redis.exceptions.ReadOnlyError):
        old.connect().set("key", "value")
