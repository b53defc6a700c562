"""OpenBao as a fixture: what tests of Vault rely on."""

from __future__ import annotations

import hvac
import pytest
import requests


def test_the_server_in_memory_serves_root(openbao):
    assert openbao.client().lookup_token()["data"]["policies"] == ["root"]


def test_requests_are_audited_without_their_secrets(openbao):
    client = openbao.client()

    client.secrets.kv.v2.create_or_update_secret("audited", {"password": "canary-audit"})

    assert "canary-audit" not in openbao.audit_log.read_text()
    assert any(
        entry["request"]["path"] == "secret/data/audited" and entry["type"] == "request"
        for entry in openbao.audited()
    )


def test_the_server_with_a_seal_keeps_its_data_over_a_kill(openbao_raft):
    openbao_raft.client().sys.create_or_update_policy("kept", 'path "x" { capabilities=["read"] }')

    openbao_raft.kill()
    openbao_raft.start()

    assert "kept" in openbao_raft.client().sys.list_policies()["data"]["policies"]


def test_a_sealed_server_says_so_and_serves_once_unsealed(openbao_raft):
    openbao_raft.seal()
    with pytest.raises(hvac.exceptions.VaultDown):
        openbao_raft.client().lookup_token()

    openbao_raft.unseal()

    assert openbao_raft.client().lookup_token()


def test_a_restarted_server_is_sealed_until_it_is_healed(openbao_raft):
    openbao_raft.restart_sealed()
    assert openbao_raft.client("").sys.is_sealed()

    openbao_raft.heal()

    assert openbao_raft.client().lookup_token()


def test_a_stopped_server_refuses_connections(openbao_raft):
    openbao_raft.stop()

    with pytest.raises(requests.ConnectionError):
        openbao_raft.client().lookup_token()


def test_its_certificate_is_of_an_authority_of_its_own(openbao_raft):
    with pytest.raises(requests.exceptions.SSLError):
        hvac.Client(openbao_raft.address).sys.is_sealed()
