"""What is forbidden is looked for where nothing is: that takes no right that a role has not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from fleeting.adapters.redis.rights import rights
from fleeting.domain.errors import ResultGone
from fleeting.domain.principal import NOWHERE
from fleeting.domain.result_key import Address
from fleeting.domain.sighting import Sighting
from fleeting.entrypoints.closing import close_adapters
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import load

from ..servers.require import require
from ..servers.tls_redis_server import TlsRedisServer

KEY = "add_1763683200000_0123456789abcdef"
IDLE = timedelta(seconds=1)


@pytest.fixture(params=["", "shop"], ids=["as written", "under a prefix"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(prefix: str, tmp_path: Path) -> Iterator[TlsRedisServer]:
    require("redis-server")
    users = {role: rights(role, prefix=prefix) for role in ("api", "retrieve")}
    with TlsRedisServer(tmp_path, users=users) as found:
        yield found


@pytest.mark.parametrize("role", ["api", "retrieve"])
def test_a_key_is_looked_for_nowhere_with_the_least_rights(
    server: TlsRedisServer, prefix: str, role: str
) -> None:
    asyncio.run(look(server.url_of(role), prefix, cancels=role == "api"))

    with redis.Redis.from_url(server.admin_url, decode_responses=True) as admin:
        assert [(e["username"], e["reason"], e["object"]) for e in admin.acl_log()] == []


async def look(url: str, prefix: str, *, cancels: bool) -> None:
    """By every operation on a key."""
    container = Container(settings=load(store=url, prefix=prefix, api_roles="retrieve"))
    retriever = container.retriever()
    try:
        for wait in (timedelta(0), timedelta(seconds=1)):
            with pytest.raises(ResultGone):
                await retriever.result(NOWHERE, KEY, wait=wait)
        with pytest.raises(ResultGone):
            await anext(retriever.watch(NOWHERE, KEY, seen=Sighting(), idle=IDLE))
        if cancels:
            with pytest.raises(ResultGone):
                await container.cancel()(Address(NOWHERE, KEY))
    finally:
        await container.follow().close()
        await close_adapters(container, has_queue=False)
