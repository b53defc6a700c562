"""Real servers for integration tests: each starts once a session (and pytest-xdist worker), when
the first test asks for it, and ends with the session, however that ends.

`<name>_server` is the server itself; `<name>_url` is its URL for one test, which finds it running
and empty. A test that breaks a server need not mend it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleeting.adapters.signatures.ed25519 import new_key

from .servers.cluster import RedisCluster
from .servers.openbao import OpenBao, RaftOpenBao
from .servers.openid_provider import OpenIdProvider
from .servers.redis_server import RedisServer
from .servers.require import (
    require,
    require_openbao,
    require_openid_provider,
    require_valkey,
)
from .servers.sentinel import SentinelGroup
from .servers.tcp_proxy import TcpProxy
from .servers.tls import Certificates
from .servers.tls_redis_server import TlsRedisServer
from .servers.valkey import Valkey


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session", autouse=True)
def known_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The system knows one authority, and none that has signed anything here.

    The hundred that it knows otherwise are loaded again for each connection over TLS, which takes
    ten times as long as the handshake.
    """
    stranger = Certificates.issue(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(stranger.ca))
        yield


@pytest.fixture(scope="session")
def signing_key() -> str:
    """The key with which the installations of these tests sign tasks."""
    return new_key()


@pytest.fixture(scope="module", autouse=True)
def signing_environment(signing_key: str) -> Iterator[None]:
    """Every API and worker that is started from here has that key, unless a test says otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLEETING_SIGNING_KEY", signing_key)
        yield


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    require_valkey()
    with Valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_aof_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Valkey that keeps what it acknowledged over `kill` and `start`."""
    require_valkey()
    with Valkey(tmp_path_factory.mktemp("valkey-aof"), append_only=True) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    require("redis-server")
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_aof_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Redis that keeps what it acknowledged over `kill` and `start`."""
    require("redis-server")
    with RedisServer(tmp_path_factory.mktemp("redis-aof"), append_only=True) as server:
        yield server


@pytest.fixture(scope="session")
def redis_tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsRedisServer]:
    """Redis behind TLS with the users `app` and `readonly`, and no default user."""
    require("redis-server")
    with TlsRedisServer(tmp_path_factory.mktemp("redis-tls")) as server:
        yield server


@pytest.fixture(scope="session")
def sentinel_group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelGroup]:
    require("redis-server")
    with SentinelGroup(tmp_path_factory.mktemp("sentinel")) as group:
        yield group


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    require("redis-server")
    with RedisCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def openbao_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    """OpenBao in memory, over plain HTTP."""
    require_openbao()
    with OpenBao(tmp_path_factory.mktemp("openbao")) as server:
        yield server


@pytest.fixture(scope="session")
def openbao_raft_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RaftOpenBao]:
    """OpenBao with TLS and a seal, which keeps what it stored over `kill` and `start`."""
    require_openbao()
    with RaftOpenBao(tmp_path_factory.mktemp("openbao-raft")) as server:
        yield server


@pytest.fixture(scope="session")
def openid_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    """An OpenID provider with the paths of PingFederate."""
    require_openid_provider()
    with OpenIdProvider(tmp_path_factory.mktemp("openid")) as server:
        yield server


@pytest.fixture(scope="session")
def other_openid_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    """Another issuer, with keys of its own, which nobody was told to trust."""
    require_openid_provider()
    with OpenIdProvider(tmp_path_factory.mktemp("other-openid")) as server:
        yield server


@pytest.fixture
def openid(openid_server: OpenIdProvider) -> OpenIdProvider:
    openid_server.heal()
    return openid_server


@pytest.fixture
def openbao(openbao_server: OpenBao) -> OpenBao:
    """The server in memory, serving; tests share it, so each takes mounts and roles of its own."""
    openbao_server.heal()
    return openbao_server


@pytest.fixture
def openbao_raft(openbao_raft_server: RaftOpenBao) -> RaftOpenBao:
    """The server with a seal, unsealed; what a test does to it is healed for the next."""
    openbao_raft_server.heal()
    return openbao_raft_server


@pytest.fixture
def valkey_url(valkey_server: Valkey) -> str:
    valkey_server.heal()
    return valkey_server.url


@pytest.fixture
def valkey_aof_url(valkey_aof_server: Valkey) -> str:
    valkey_aof_server.heal()
    return valkey_aof_server.url


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    redis_server.heal()
    return redis_server.url


@pytest.fixture
def redis_aof_url(redis_aof_server: RedisServer) -> str:
    redis_aof_server.heal()
    return redis_aof_server.url


@pytest.fixture
def redis_tls_url(redis_tls_server: TlsRedisServer) -> str:
    redis_tls_server.heal()
    return redis_tls_server.url


@pytest.fixture
def sentinel_url(sentinel_group: SentinelGroup) -> str:
    sentinel_group.heal()
    return sentinel_group.url


@pytest.fixture
def cluster_url(redis_cluster: RedisCluster) -> str:
    redis_cluster.heal()
    return redis_cluster.url


@pytest.fixture
def valkey_proxy(valkey_server: Valkey, valkey_url: str) -> Iterator[TcpProxy]:
    """A proxy of one test's own in front of an empty Valkey."""
    with TcpProxy(valkey_server) as proxy:
        yield proxy


@pytest.fixture
def prefix() -> str:
    """A key prefix that no other test uses, for tests that share a server with others."""
    return f"test-{secrets.token_hex(4)}"
