"""The factories for Redis URLs: they refuse what is wrong, and connect to nothing."""

from __future__ import annotations

import pytest

from fleeting.adapters.redis.adapter import result_store, source_store
from fleeting.domain.errors import InvalidSetting
from fleeting.ports.bundles import StoreOptions

URLS = ["redis://host", "rediss://host", "redis+cluster://host", "redis+sentinel://host/name"]


@pytest.mark.parametrize("make", [result_store, source_store])
class TestFactories:
    @pytest.mark.parametrize("url", URLS)
    def test_nothing_is_connected(self, make: object, url: str) -> None:
        """The host of these URLs does not exist."""
        adapter = make(url, StoreOptions(prefix="apps"))

        adapter.close()

    def test_wrong_url(self, make: object) -> None:
        with pytest.raises(InvalidSetting, match="socket_timeot"):
            make("redis://host?socket_timeot=1", StoreOptions())

    def test_wrong_prefix(self, make: object) -> None:
        with pytest.raises(InvalidSetting, match="prefix"):
            make("redis://host", StoreOptions(prefix="{apps}"))
