from __future__ import annotations

import pytest
import redis

from .port import HOST


@pytest.fixture
def client(cluster_url, redis_cluster):
    with redis.RedisCluster(host=HOST, port=redis_cluster.members[0].port.number) as client:
        yield client


def test_the_cluster_has_an_owner_for_every_slot(client):
    assert len(client.nodes_manager.slots_cache) == 16_384


def test_every_node_answers_for_keys_of_its_own(client):
    keys = [f"key-{number}" for number in range(100)]
    for key in keys:
        client.set(key, key)

    owners = {client.get_node_from_key(key).port for key in keys}

    assert [client.get(key) for key in keys] == [key.encode() for key in keys]
    assert len(owners) == 3


def test_the_url_names_every_node(cluster_url, redis_cluster):
    ports = [node.port.number for node in redis_cluster.members]

    assert cluster_url == "redis+cluster://" + ",".join(f"{HOST}:{port}" for port in ports)


def test_a_cluster_that_lost_a_node_is_whole_again_after_heal(client, redis_cluster):
    redis_cluster.members[2].kill()

    redis_cluster.heal()

    for node in redis_cluster.members:
        assert node.connect().execute_command("CLUSTER INFO")["cluster_state"] == "ok"
