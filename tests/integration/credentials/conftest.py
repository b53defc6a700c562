"""Vault and Redis, set up as an operator does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..servers.openbao import OpenBao
from ..servers.require import require
from ..servers.tls_redis_server import TlsRedisServer
from .estate import VAULTS_RIGHTS, Estate


@pytest.fixture(scope="module")
def guarded_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsRedisServer]:
    """A Redis that knows Vault, and nobody else until Vault says so."""
    require("redis-server")
    users = {"vault": VAULTS_RIGHTS}
    with TlsRedisServer(
        tmp_path_factory.mktemp("guarded-redis"), users=users, append_only=True
    ) as server:
        yield server


@pytest.fixture
def estate(openbao: OpenBao, guarded_redis: TlsRedisServer) -> Estate:
    """Nothing is set up yet."""
    guarded_redis.heal()
    return Estate(openbao, guarded_redis)
