"""An installation in memory, and a client of its API."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from .make import Platform, serving


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[AsyncClient]:
    async with serving(platform.app()) as found:
        yield found
