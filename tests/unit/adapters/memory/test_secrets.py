"""Secrets and leases in memory keep the contract."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.memory.secrets import (
    MemoryLeaseSource,
    MemorySecrets,
    MemorySecretSource,
    secret_source,
)
from fleeting.domain.errors import InvalidSetting, SecretForbidden, SecretsUnavailable
from fleeting.ports.bundles import SecretOptions
from fleeting.testing import HealthContract, LeaseSourceContract, SecretSourceContract
from fleeting.testing.secret_source import PATH

ROLE = "database/creds/reader"


@pytest.fixture
def secrets(clock):
    return MemorySecrets(clock.now)


@pytest.fixture
def switched_off():
    secrets = MemorySecrets()
    secrets.switch.turn_off(SecretsUnavailable("switched off"))
    return secrets


class TestMemorySecretSource(SecretSourceContract):
    @pytest.fixture
    def source(self, secrets):
        return MemorySecretSource(secrets)

    @pytest.fixture
    def put(self, secrets):
        return secrets.put

    @pytest.fixture
    def remove(self, secrets):
        return secrets.remove

    @pytest.fixture
    def broken(self, switched_off):
        return MemorySecretSource(switched_off)

    @pytest.fixture
    def denied(self, secrets):
        secrets.refuse(PATH)
        return MemorySecretSource(secrets)


class TestMemoryLeaseSource(LeaseSourceContract):
    @pytest.fixture
    def path(self):
        return ROLE

    @pytest.fixture
    def short_path(self):
        return f"{ROLE}-for-moments"

    @pytest.fixture
    def leases(self, secrets, path, short_path):
        secrets.offer(path)
        secrets.offer(short_path, duration=4 * self.tick, max_age=40 * self.tick)
        return MemoryLeaseSource(secrets)

    @pytest.fixture
    def works(self, secrets):
        return lambda lease: lease.id in secrets.live_leases

    @pytest.fixture
    def broken(self, switched_off):
        return MemoryLeaseSource(switched_off)

    @pytest.fixture
    def denied(self):
        secrets = MemorySecrets()
        secrets.switch.turn_off(SecretForbidden("refused"))
        return MemoryLeaseSource(secrets)


class TestMemorySecretsHealth(HealthContract):
    @pytest.fixture
    def health(self, secrets):
        return secrets

    @pytest.fixture
    def broken(self, switched_off):
        return switched_off


def test_renewal_does_not_go_beyond_the_greatest_age(secrets, clock):
    secrets.offer(ROLE, duration=timedelta(seconds=10), max_age=timedelta(seconds=30))
    leases = MemoryLeaseSource(secrets)
    lease = leases.issue(ROLE)
    clock.advance(timedelta(seconds=5))

    assert leases.renew(lease.id, timedelta(hours=1)) == timedelta(seconds=25)


def test_the_factory_gives_a_source_of_its_own():
    one, two = (secret_source("memory://", SecretOptions()) for _ in range(2))

    one.source.secrets.put("kv/x", {"value": "1"})

    assert one.source.read("kv/x") == {"value": "1"}
    with pytest.raises(Exception, match="no secret at kv/x"):
        two.source.read("kv/x")


def test_a_url_that_says_more_is_refused():
    with pytest.raises(InvalidSetting):
        secret_source("memory://kv", SecretOptions())
