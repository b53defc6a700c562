"""The servers that faults happen to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleeting.adapters.redis.valkey_process import valkey_binary

from ..servers.redis_server import RedisServer
from ..servers.sentinel import SentinelGroup
from ..servers.tcp_proxy import TcpProxy
from ..servers.tls_redis_server import TlsRedisServer


@dataclass(frozen=True, slots=True)
class Ground:
    """A server with the URL of those that are to suffer, and that of those that watch."""

    server: Any
    url: str
    watch_url: str
    proxy: Any = None


@contextmanager
def standalone(folder: Path, *, fsync: str = "always") -> Iterator[Ground]:
    """Valkey that keeps what it acknowledged, behind a proxy."""
    server = RedisServer(
        folder,
        append_only=True,
        settings=[f"appendfsync {fsync}"],
        program=valkey_binary(),
    )
    with server, TcpProxy(server) as proxy:
        yield Ground(server, proxy.url, server.url, proxy)


@contextmanager
def with_sentinels(folder: Path) -> Iterator[Ground]:
    """A primary, a replica and three sentinels."""
    with SentinelGroup(folder) as group:
        yield Ground(group, group.url, group.url)


@contextmanager
def with_users(folder: Path) -> Iterator[Ground]:
    """Redis behind TLS for users with passwords."""
    with TlsRedisServer(folder, append_only=True) as server:
        yield Ground(server, server.url, server.admin_url)
