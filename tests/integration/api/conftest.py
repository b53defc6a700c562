"""An installation in memory behind a real server, once for each of uvicorn's HTTP parsers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import Client

from fleeting.adapters.system.clock import SystemClock

from ...unit.adapters.fastapi.make import Platform
from .uvicorn_server import UvicornServer

LIMIT = 100_000


@pytest.fixture
def platform() -> Platform:
    return Platform(clock=SystemClock())


@pytest.fixture(params=["httptools", "h11"])
def server(platform: Platform, request: pytest.FixtureRequest) -> Iterator[UvicornServer]:
    app = platform.app(max_body_bytes=LIMIT, idle=timedelta(seconds=0.2))
    with UvicornServer(app, http=request.param) as found:
        yield found


@pytest.fixture
def client(server: UvicornServer) -> Iterator[Client]:
    with Client(base_url=server.url, timeout=10) as found:
        yield found
