"""A key in the transit engine signs; workers check its signatures without asking anybody."""

from __future__ import annotations

from secrets import token_hex

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.signatures.ed25519 import Ed25519Verifier
from fleeting.adapters.vault.opening import open_client
from fleeting.adapters.vault.transit_signer import TransitSigner
from fleeting.domain.errors import (
    InvalidSetting,
    SecretForbidden,
    SecretNotFound,
    SecretsUnavailable,
)
from fleeting.domain.seal import call_texts, seal
from fleeting.entrypoints import signing
from fleeting.entrypoints.settings import load
from fleeting.testing import TaskSignerContract
from fleeting.testing.task_queue import sample_task

from ..servers.port import HOST, Port
from .roles import approle

POLICY = """
path "transit/keys/*" { capabilities = ["read"] }
path "transit/sign/*" { capabilities = ["update"] }
"""


@pytest.fixture
def transit(admin):
    """The engine with an Ed25519 key `fleeting`."""
    admin.sys.enable_secrets_engine("transit", path="transit")
    admin.secrets.transit.create_key("fleeting", key_type="ed25519")
    yield admin.secrets.transit
    admin.sys.disable_secrets_engine("transit")


@pytest.fixture
def proofs(admin, transit):
    role = approle(admin, f"signer-{token_hex(4)}", POLICY)
    return role.options(role.secret_id())


@pytest.fixture
def client(openbao, proofs):
    client = open_client(openbao.url, proofs)
    yield client
    client.close()


class TestTransitSigner(TaskSignerContract):
    @pytest.fixture
    def signer(self, client):
        return TransitSigner(client, "transit/fleeting")

    @pytest.fixture
    def verifier(self, client):
        return Ed25519Verifier(TransitSigner(client, "transit/fleeting").trusted)


def test_signer_goes_on_with_its_version_when_the_key_is_rotated(client, transit):
    """Until it is started again: by then workers know the other one, too."""
    signer = TransitSigner(client, "transit/fleeting")
    verifier = Ed25519Verifier(signer.trusted)
    before, _ = signer.sign(b"data")

    transit.rotate_key("fleeting")

    key_id, signature = signer.sign(b"data")
    assert verifier.verify(b"data", signature, key_id=key_id).key_id == before
    assert signer.trusted[0].key_id == before
    assert len(signer.trusted) == 2
    assert TransitSigner(client, "transit/fleeting").key_id != before


def test_its_signatures_take_a_while(client):
    assert TransitSigner(client, "transit/fleeting").waits


@pytest.mark.parametrize("path", ["fleeting", "", "transit/"])
def test_a_key_without_its_mount_is_refused(client, path):
    with pytest.raises(InvalidSetting, match="as in transit/fleeting"):
        TransitSigner(client, path)


def test_a_key_of_another_kind_is_refused(client, transit):
    transit.create_key("other", key_type="ecdsa-p256")

    with pytest.raises(InvalidSetting, match="is no ed25519 key"):
        TransitSigner(client, "transit/other").sign(b"data")


def test_what_vault_refuses_is_told_in_the_errors_of_the_port(client, openbao, reader):
    with pytest.raises(SecretNotFound):
        TransitSigner(client, "transit/nobody").sign(b"data")
    stranger = open_client(openbao.url, reader.options(reader.secret_id()))
    with pytest.raises(SecretForbidden):
        TransitSigner(stranger, "transit/fleeting").sign(b"data")
    stranger.close()


def test_vault_that_is_away_is_told_too(proofs):
    port = Port()
    client = open_client(f"vault+http://{HOST}:{port.number}", proofs)

    with pytest.raises(SecretsUnavailable):
        TransitSigner(client, "transit/fleeting").sign(b"data")

    port.release()


def test_settings_name_the_key(openbao, proofs):
    """For those who sign, and for workers that are to trust it."""
    settings = load(
        store="redis://127.0.0.1:1",
        signing_key="",
        signing_transit="transit/fleeting",
        secrets=openbao.url,
        secrets_role_id=proofs.role_id,
        secrets_secret_id=proofs.secret_id,
    )
    task = sample_task(1)
    signer = signing.make_signer(settings)
    opener = signing.make_opener(settings, ManualClock(task.submitted_at))

    message = seal([task], call_texts([task]), sign=signer.sign, queue="fleeting", inline_bytes=0)

    assert opener(message).signer == signer.key_id
