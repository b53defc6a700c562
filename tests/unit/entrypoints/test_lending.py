"""The thread that takes credentials back: begun with the first loan, ended with the worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleeting.adapters.memory.secrets import (
    MemoryLeaseSource,
    MemorySecrets,
    MemorySecretSource,
)
from fleeting.adapters.system.clock import SystemClock
from fleeting.entrypoints.lending import Lending
from fleeting.ports.bundles import SecretSourceAdapter

ROLE = "database/creds/app"
MINUTE = timedelta(minutes=1)
PATIENCE = 30


class Source(MemoryLeaseSource):
    """Tells when a lease came back; fails in a strange way as often as told."""

    def __init__(self, secrets: MemorySecrets) -> None:
        super().__init__(secrets)
        self.came_back = threading.Event()
        self.failures = 0

    def revoke(self, lease_id: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError
        super().revoke(lease_id)
        self.came_back.set()


@pytest.fixture
def source() -> Source:
    secrets = MemorySecrets()
    secrets.offer(ROLE)
    return Source(secrets)


@pytest.fixture
def lending(source: Source) -> Iterator[Lending]:
    adapter = SecretSourceAdapter(
        source=MemorySecretSource(source.secrets), leases=source, health=source.secrets
    )
    lending = Lending(adapter, SystemClock())
    yield lending
    lending.close()


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "fleeting-run-leases"]


def test_a_lease_is_taken_back_by_itself(lending: Lending, source: Source) -> None:
    with lending.lent(ROLE, MINUTE) as fields:
        assert set(fields) == {"username", "password"}
        assert len(source.secrets.live_leases) == 1

    assert source.came_back.wait(PATIENCE)
    assert source.secrets.live_leases == set()


def test_what_fails_in_a_strange_way_comes_again(lending: Lending, source: Source) -> None:
    source.failures = 1

    with lending.lent(ROLE, MINUTE):
        pass

    assert source.came_back.wait(PATIENCE)


def test_at_the_end_all_is_taken_back_and_the_thread_gone(lending: Lending, source: Source) -> None:
    lent = lending.lent(ROLE, MINUTE)
    lent.__enter__()
    assert threads()

    lending.close()

    assert source.secrets.live_leases == set()
    assert not threads()
    lent.__exit__(None, None, None)


def test_no_thread_is_begun_for_nothing(lending: Lending) -> None:
    assert lending.is_possible
    lending.close()

    assert not threads()


def test_nothing_is_lent_where_nobody_makes_credentials(source: Source) -> None:
    adapter = SecretSourceAdapter(source=MemorySecretSource(source.secrets), health=source.secrets)

    assert not Lending(adapter, SystemClock()).is_possible
    assert not Lending(None, SystemClock()).is_possible
