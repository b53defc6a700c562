"""The Vault adapter keeps the contracts, on a real OpenBao."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta

import pytest
import redis

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.vault.adapter import secret_source
from fleeting.adapters.vault.lease_source import VaultLeaseSource
from fleeting.adapters.vault.opening import open_client
from fleeting.adapters.vault.secret_source import VaultSecretSource
from fleeting.testing import HealthContract, LeaseSourceContract, SecretSourceContract

from ..servers.port import HOST, Port
from .roles import approle

OWNER = "fleeting-vault-owner"


@pytest.fixture
def nowhere():
    """The URL of a port that nobody listens on."""
    port = Port()
    yield f"vault+http://{HOST}:{port.number}"
    port.release()


@pytest.fixture
def proofs(reader):
    return reader.options(reader.secret_id())


@pytest.fixture
def stranger(admin):
    """A role that may do nothing but log in."""
    role = approle(admin, "stranger", 'path "nothing" { capabilities = ["read"] }')
    return role.options(role.secret_id())


class TestVaultSecretSource(SecretSourceContract):
    staleness = timedelta(seconds=5)

    @pytest.fixture
    def clock(self):
        return ManualClock()

    @pytest.fixture
    def source(self, openbao, proofs, clock):
        client = open_client(openbao.url, proofs)
        now = lambda: clock.elapsed().total_seconds()  # noqa: E731
        yield VaultSecretSource(client, cache_seconds=5, now=now)
        client.close()

    @pytest.fixture
    def put(self, put):
        return put

    @pytest.fixture
    def remove(self, kv):
        return lambda path: kv.delete_metadata_and_all_versions(
            path.removeprefix("kv/"), mount_point="kv"
        )

    @pytest.fixture
    def pass_time(self, clock):
        return clock.advance

    @pytest.fixture
    def broken(self, nowhere, proofs):
        return VaultSecretSource(open_client(nowhere, proofs), cache_seconds=5)

    @pytest.fixture
    def denied(self, kv, open_source, stranger):
        return open_source(stranger).source


@pytest.fixture(scope="module")
def database(openbao_server, valkey_server):
    """The database engine, which makes users of a Valkey server."""
    admin, password = openbao_server.client(), secrets.token_hex(16)
    valkey_server.heal()
    valkey_server.connect().execute_command(
        *("ACL", "SETUSER", OWNER, "on", f">{password}", "resetkeys", "-@all"),
        *("+acl|setuser", "+acl|deluser", "+acl|getuser", "+ping", "+hello", "+auth"),
    )
    admin.sys.enable_secrets_engine("database", path="database")
    admin.write_data(
        "database/config/valkey",
        data={
            "plugin_name": "valkey-database-plugin",
            "host": HOST,
            "port": valkey_server.port.number,
            "username": OWNER,
            "password": password,
            "allowed_roles": "*",
        },
    )
    for role, ttl in {"worker": "10m", "brief": "3s"}.items():
        admin.write_data(
            f"database/roles/{role}",
            data={
                "db_name": "valkey",
                "creation_statements": ['["~fl:*","+ping","+get"]'],
                "default_ttl": ttl,
                "max_ttl": "20m",
            },
        )
    yield valkey_server
    admin.sys.disable_secrets_engine("database")
    valkey_server.connect().execute_command("ACL", "DELUSER", OWNER)


class TestVaultLeaseSource(LeaseSourceContract):
    tick = timedelta(milliseconds=750)

    @pytest.fixture
    def path(self):
        return "database/creds/worker"

    @pytest.fixture
    def short_path(self):
        return "database/creds/brief"

    @pytest.fixture
    def leases(self, admin, database, open_source):
        role = approle(
            admin,
            "leaser",
            'path "database/creds/*" { capabilities = ["read"] }'
            'path "sys/leases/revoke" { capabilities = ["update"] }',
        )
        return open_source(role.options(role.secret_id())).leases

    @pytest.fixture
    def works(self, database):
        def works(lease):
            with redis.Redis(
                host=HOST,
                port=database.port.number,
                username=lease.fields["username"],
                password=lease.fields["password"],
                retry=None,
            ) as client:
                try:
                    return client.ping()
                except redis.AuthenticationError:
                    return False

        return works

    @pytest.fixture
    def pass_time(self):
        return lambda span: time.sleep(span.total_seconds())

    @pytest.fixture
    def broken(self, nowhere, proofs):
        return VaultLeaseSource(open_client(nowhere, proofs))

    @pytest.fixture
    def denied(self, open_source, stranger):
        return open_source(stranger).leases


class TestVaultHealth(HealthContract):
    @pytest.fixture
    def health(self, open_source, proofs):
        return open_source(proofs).health

    @pytest.fixture
    def broken(self, nowhere, proofs):
        return secret_source(nowhere, proofs).health
