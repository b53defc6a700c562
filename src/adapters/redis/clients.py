"""redis-py clients for a URL: blocking for the worker, asynchronous for the API."""

from __future__ import annotations

from typing import Any, TypeAlias

import redis
import redis.asyncio as redis_async
from redis.asyncio.cluster import ClusterNode as AsyncNode
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.asyncio.sentinel import SentinelConnectionPool as AsyncSentinelConnectionPool
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from . import packing
from .greeting import Provider, async_greeting, greeting
from .tls import SentinelTlsConnection, TlsConnection
from .url import RedisUrl

Client: TypeAlias = redis.Redis | redis.RedisCluster
AsyncClient: TypeAlias = redis_async.Redis | redis_async.RedisCluster


def client_for(url: RedisUrl) -> Client:
    """A blocking client. A cluster is asked for its nodes at once, everything else on first use."""
    settings: dict[str, Any] = _settings(url)
    retry = Retry(NoBackoff(), 0)
    if url.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in url.nodes]
        return redis.RedisCluster(startup_nodes=nodes, retry=retry, **settings)
    if url.credentials is not None:
        settings["redis_connect_func"] = greeting(url.credentials)
    if url.kind == "sentinel":
        ask = _sentinel_settings(url) | {"retry": retry}
        sentinel = Sentinel(url.nodes, sentinel_kwargs=ask)
        if url.tls:
            settings["connection_class"] = SentinelTlsConnection
        master: redis.Redis = sentinel.master_for(url.master_name, retry=retry, **settings)
        return master
    if settings.pop("ssl", False):
        place = settings | _place(url) | {"retry": retry}
        return redis.Redis.from_pool(redis.ConnectionPool(TlsConnection, **place))
    return redis.Redis(**settings, **_place(url), retry=retry)


def async_client_for(url: RedisUrl) -> AsyncClient:
    """An asynchronous client, for one event loop; it connects on first use."""
    settings: dict[str, Any] = _settings(url)
    retry = AsyncRetry(NoBackoff(), 0)
    if url.kind == "cluster":
        nodes = [AsyncNode(host, port) for host, port in url.nodes]
        return redis_async.RedisCluster(startup_nodes=nodes, retry=retry, **settings)
    if url.credentials is not None:
        settings["redis_connect_func"] = async_greeting(url.credentials)
    if url.kind == "sentinel":
        ask = _sentinel_settings(url) | {"retry": retry}
        sentinel = AsyncSentinel(url.nodes, sentinel_kwargs=ask)
        master: redis_async.Redis = sentinel.master_for(url.master_name, retry=retry, **settings)
        return master
    if url.kind == "socket":
        del settings["socket_connect_timeout"], settings["socket_keepalive"]
        place: dict[str, Any] = {"path": url.path, "connection_class": packing.SocketConnection}
    else:
        is_tls = settings.pop("ssl", False)
        kind = packing.TlsConnection if is_tls else packing.TcpConnection
        place = {**_place(url), "connection_class": kind}
    pool = redis_async.ConnectionPool(**settings, **place, retry=retry)
    return redis_async.Redis.from_pool(pool)


def close(client: Client) -> None:
    """Close a client, and the connections to the sentinels that it has asked."""
    client.close()
    pool = getattr(client, "connection_pool", None)
    if isinstance(pool, SentinelConnectionPool):
        pool.sentinel_manager.close()


async def aclose(client: AsyncClient) -> None:
    """As `close`."""
    await client.aclose()
    pool = getattr(client, "connection_pool", None)
    if isinstance(pool, AsyncSentinelConnectionPool):
        await pool.sentinel_manager.aclose()


def _settings(url: RedisUrl) -> dict[str, Any]:
    """What all connections share.

    Nothing is sent but the greeting, so that a user needs no rights beyond its commands: hence
    no library name, no health checks (PING is a right of its own; a retry finds a connection
    that has died, TCP keepalive one that is idle) and no maintenance notifications.
    """
    options = url.options
    return {
        **_who(url),
        "protocol": 3,
        "socket_timeout": options.socket_timeout,
        "socket_connect_timeout": options.socket_connect_timeout,
        "socket_keepalive": True,
        "max_connections": options.max_connections,
        "client_name": options.client_name,
        "driver_info": None,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        **_tls(url),
    }


def _who(url: RedisUrl) -> dict[str, Any]:
    if url.credentials is None:
        return {"username": url.username, "password": url.password}
    return {"credential_provider": Provider(url.credentials)} if url.kind == "cluster" else {}


def _sentinel_settings(url: RedisUrl) -> dict[str, Any]:
    """Sentinels have users of their own, and answer from memory: they are asked as servers are."""
    who = {
        "username": url.options.sentinel_username,
        "password": url.options.sentinel_password,
    }
    return _settings(url) | who


def _tls(url: RedisUrl) -> dict[str, Any]:
    if not url.tls:
        return {}
    options = url.options
    files = {
        "ssl_ca_certs": options.ssl_ca_certs,
        "ssl_certfile": options.ssl_certfile,
        "ssl_keyfile": options.ssl_keyfile,
    }
    return {
        "ssl": True,
        "ssl_cert_reqs": options.ssl_cert_reqs,
        "ssl_check_hostname": options.ssl_check_hostname and options.ssl_cert_reqs != "none",
        **{name: str(path) for name, path in files.items() if path is not None},
    }


def _place(url: RedisUrl) -> dict[str, Any]:
    if url.kind == "socket":
        return {"unix_socket_path": url.path}
    [(host, port)] = url.nodes
    return {"host": host, "port": port}
