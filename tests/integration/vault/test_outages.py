"""What sealing, stopping and revoking do to a worker's secrets: it says so, and recovers alone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fleeting.domain.errors import (
    PortError,
    SecretForbidden,
    SecretNotFound,
    SecretsUnavailable,
)
from fleeting.ports.bundles import SecretOptions

from ..servers.wait import wait_until
from .conftest import READ
from .roles import approle, calls, deliver, mount_kv

PATH = "kv/team/database"
CANARY = "canary-outage"
READS = "kv/data/team/database"
PATIENCE = timedelta(seconds=60)


@pytest.fixture
def raft(openbao_raft):
    """The server with a seal, with a secret in it."""
    admin = openbao_raft.client()
    if "kv/" not in admin.sys.list_mounted_secrets_engines()["data"]:
        mount_kv(admin, "kv")
    admin.secrets.kv.v2.create_or_update_secret(
        "team/database", {"password": CANARY}, mount_point="kv"
    )
    return openbao_raft


@pytest.fixture
def source(raft, open_source):
    """A worker's source that has read the secret before, and keeps nothing of it."""
    role = approle(raft.client(), "worker", READ)
    adapter = open_source(
        role.options(role.secret_id()), f"?ca={raft.ca}&cache_seconds=0&timeout=2", raft
    )
    assert adapter.source.read(PATH)["password"] == CANARY
    return adapter.source


def recovers(source):
    """Read until it goes through, as workers do that wait for a secret."""

    def reads():
        try:
            return source.read(PATH)["password"] == CANARY
        except SecretsUnavailable:
            return False

    wait_until(reads, within=PATIENCE)


def failure(source, kind=SecretsUnavailable):
    with pytest.raises(kind) as caught:
        source.read(PATH)
    assert CANARY not in caught.value.message
    return caught.value.message


def test_a_sealed_vault_says_so_and_is_read_once_unsealed(raft, source):
    raft.seal()
    assert "is sealed: unseal it" in failure(source)

    raft.unseal()

    recovers(source)


def test_a_stopped_vault_says_so_and_is_read_once_it_is_back(raft, source):
    raft.stop()
    assert "cannot be reached" in failure(source)

    raft.restart_sealed()
    assert "is sealed" in failure(source)
    raft.unseal()

    recovers(source)


def test_a_vault_that_does_not_answer_is_given_up_in_time(raft, source):
    raft.pause()
    began = time.monotonic()
    message = failure(source)
    took = time.monotonic() - began

    raft.resume()

    assert "did not answer in time" in message
    # One answer is waited for, for two seconds; the rest is for a busy machine.
    assert took < 20
    recovers(source)


def test_many_readers_of_a_vault_that_does_not_answer_wait_together(raft, source):
    raft.pause()
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        messages = list(pool.map(lambda _: failure(source), range(16)))
    took = time.monotonic() - began

    raft.resume()

    assert len(messages) == 16
    # One after the other would be thirty-two.
    assert took < 20
    recovers(source)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(raft, open_source):
    role = approle(raft.client(), "worker", READ)
    source = open_source(role.options(role.secret_id()), "", raft).source

    assert "ca=" in failure(source)


def test_plain_http_to_a_port_with_tls_says_what_to_write(raft, open_source):
    role = approle(raft.client(), "worker", READ)

    class Plain:
        url = raft.url.replace("https", "http")

    assert "vault+https" in failure(open_source(role.options("x"), "", Plain).source)


@pytest.fixture
def adapter(reader, put, open_source, tmp_path):
    """A worker's source on the server in memory; its secret id is in the file `proof`."""
    put(PATH, {"password": CANARY})
    file = deliver(tmp_path / "proof", reader.secret_id())
    adapter = open_source(reader.options_in(file), "?cache_seconds=0")
    adapter.source.read(PATH)
    return adapter


def test_a_revoked_token_is_replaced_at_once(openbao, admin, adapter):
    before = calls(openbao)
    admin.sys.revoke_prefix("auth/approle/login")

    assert adapter.source.read(PATH)["password"] == CANARY
    assert calls(openbao) - before == 1


def test_a_revoked_token_is_replaced_once_for_all_threads(openbao, admin, adapter):
    before = calls(openbao)
    admin.sys.revoke_prefix("auth/approle/login")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: adapter.source.read(PATH)["password"], range(8)))

    assert found == [CANARY] * 8
    assert calls(openbao) - before == 1


def test_what_a_policy_refuses_is_no_reason_to_log_in_again(openbao, admin, adapter, reader):
    before = calls(openbao)
    admin.sys.create_or_update_policy(reader.name, 'path "nothing" { capabilities = ["read"] }')

    for _ in range(5):
        assert "policy" in failure(adapter.source, SecretForbidden)

    assert calls(openbao) == before


def test_a_role_without_the_default_policy_does_not_log_in_for_each_refusal(
    openbao, admin, put, open_source
):
    put(PATH, {"password": CANARY})
    role = approle(admin, "bare", READ, token_no_default_policy=True)
    source = open_source(role.options(role.secret_id()), "?cache_seconds=0").source
    assert source.read(PATH)["password"] == CANARY
    before = calls(openbao)

    for _ in range(5):
        with pytest.raises(SecretForbidden):
            source.read("secret/of/others")

    assert calls(openbao) == before


def test_a_deleted_secret_says_so_and_is_read_once_undeleted(kv, adapter):
    kv.delete_latest_version_of_secret("team/database", mount_point="kv")
    assert "was deleted: undelete it" in failure(adapter.source, SecretNotFound)

    kv.undelete_secret_versions("team/database", [1], mount_point="kv")

    assert adapter.source.read(PATH)["password"] == CANARY


def test_a_destroyed_secret_says_so(kv, adapter):
    kv.destroy_secret_versions("team/database", [1], mount_point="kv")

    assert "destroyed for good" in failure(adapter.source, SecretNotFound)


def test_an_expired_secret_id_is_named_and_the_next_one_is_taken_up(
    openbao, admin, adapter, reader, tmp_path
):
    before = calls(openbao)
    revoke_secret_ids(admin, reader)
    admin.sys.revoke_prefix("auth/approle/login")
    for _ in range(5):
        assert "have not expired" in failure(adapter.source, SecretForbidden)
    tried = calls(openbao) - before

    deliver(tmp_path / "proof", reader.secret_id())

    assert tried == 1
    assert adapter.source.read(PATH)["password"] == CANARY


def revoke_secret_ids(admin, role):
    """End them before their time, which is what the server does at their time."""
    for accessor in admin.auth.approle.list_secret_id_accessors(role.name)["data"]["keys"]:
        admin.auth.approle.destroy_secret_id_accessor(role.name, accessor)


def test_an_expired_secret_id_does_no_harm_while_the_token_lives(admin, adapter, reader):
    revoke_secret_ids(admin, reader)

    assert adapter.source.read(PATH)["password"] == CANARY


def test_a_kept_secret_is_read_once_for_all(openbao, reader, put, open_source):
    put(PATH, {"password": CANARY})
    source = open_source(reader.options(reader.secret_id()), "?cache_seconds=300").source
    before = calls(openbao, READS)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: source.read(PATH), range(64)))

    assert calls(openbao, READS) - before == 1


def test_tokens_are_renewed_and_replaced_before_they_end(openbao, admin, put, open_source):
    put(PATH, {"password": CANARY})
    role = approle(admin, "brief", READ, token_ttl="2s", token_max_ttl="4s")
    began, renewed = calls(openbao), renewals(openbao)
    source = open_source(role.options(role.secret_id()), "?cache_seconds=0").source

    assert source.read(PATH)["password"] == CANARY

    # Nobody reads meanwhile: it is the session's own thread that sees to it.
    wait_until(lambda: calls(openbao) - began >= 2, within=PATIENCE)

    assert renewals(openbao) > renewed
    assert source.read(PATH)["password"] == CANARY


def renewals(server):
    return calls(server, "auth/token/renew-self")


def test_no_error_or_log_holds_a_proof_or_a_secret(admin, adapter, reader, tmp_path, caplog):
    proof = (tmp_path / "proof").read_text().strip()
    caplog.set_level("DEBUG")
    admin.sys.revoke_prefix("auth/approle/login")
    adapter.source.read(PATH)
    revoke_secret_ids(admin, reader)
    admin.sys.revoke_prefix("auth/approle/login")
    with pytest.raises(PortError) as caught:
        adapter.source.read(PATH)

    text = caplog.text + str(caught.value) + repr(caught.value.__cause__)
    assert "logging in anew" in text
    assert not any(secret in text for secret in (proof, CANARY))


def test_no_error_or_log_holds_a_token(admin, reader, put, open_source, tmp_path, caplog):  # noqa: PLR0917
    put(PATH, {"password": CANARY})
    token = admin.auth.token.create(policies=[reader.name], ttl="1h")["auth"]["client_token"]
    options = SecretOptions(token_file=str(deliver(tmp_path / "token", token)))
    caplog.set_level("DEBUG")
    source = open_source(options, "?cache_seconds=0").source
    source.read(PATH)
    admin.auth.token.revoke(token)
    with pytest.raises(PortError) as caught:
        source.read(PATH)

    text = caplog.text + str(caught.value) + repr(caught.value.__cause__)
    assert "does not take the token" in text
    assert token not in text
