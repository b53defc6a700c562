"""Vault as operators set it up for workers, on a real OpenBao."""

from __future__ import annotations

from contextlib import ExitStack
from secrets import token_hex

import pytest

from fleeting.adapters.vault.adapter import secret_source

from ..servers.openbao import OpenBao
from ..servers.require import require_openbao
from .roles import approle, mount_kv

READ = 'path "kv/data/*" { capabilities = ["read"] }'


@pytest.fixture(scope="session")
def openbao_server(tmp_path_factory):
    """A server of these tests' own: they count logins, and revoke everybody's tokens."""
    require_openbao()
    with OpenBao(tmp_path_factory.mktemp("openbao-vault")) as server:
        yield server


@pytest.fixture
def admin(openbao):
    """hvac as root."""
    return openbao.client()


@pytest.fixture
def kv(admin):
    """The versioned engine at `kv`, empty."""
    mount_kv(admin, "kv")
    yield admin.secrets.kv.v2
    admin.sys.disable_secrets_engine("kv")


@pytest.fixture
def put(kv):
    """Write a secret at a path that begins with the mount."""

    def put(path, fields):
        kv.create_or_update_secret(path.removeprefix("kv/"), dict(fields), mount_point="kv")

    return put


@pytest.fixture
def reader(admin):
    """A role that reads everything below `kv`; another for each test, since Vault counts the
    logins that it refuses to one."""
    return approle(admin, f"reader-{token_hex(4)}", READ)


@pytest.fixture
def open_source(openbao):
    """Make an adapter for a URL's options and proofs, closed with the test."""
    with ExitStack() as closing:

        def open_source(options, query="", server=openbao):
            adapter = secret_source(f"{server.url}{query}", options)
            closing.callback(adapter.close)
            return adapter

        yield open_source
