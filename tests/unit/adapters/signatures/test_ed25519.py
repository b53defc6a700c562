"""Signatures made and checked in this process."""

from __future__ import annotations

from base64 import b64encode

import pytest

from fleeting.adapters.signatures.ed25519 import Ed25519Signer, Ed25519Verifier, new_key
from fleeting.domain.errors import InvalidSetting
from fleeting.domain.trusted_key import TrustedKey
from fleeting.testing import TaskSignerContract, TaskVerifierContract

DATA = b"what is signed"
OTHER_KIND = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
-----END PRIVATE KEY-----
"""


@pytest.fixture
def own() -> Ed25519Signer:
    return Ed25519Signer.from_pem(new_key(), name="a file")


@pytest.fixture
def verifier(own: Ed25519Signer) -> Ed25519Verifier:
    other = Ed25519Signer.of_this_process()
    return Ed25519Verifier([*other.trusted, *own.trusted])


class TestEd25519Signer(TaskSignerContract):
    @pytest.fixture
    def signer(self, own: Ed25519Signer) -> Ed25519Signer:
        return own


class TestEd25519Verifier(TaskVerifierContract):
    @pytest.fixture
    def signed(self, own: Ed25519Signer) -> tuple[bytes, bytes, str]:
        key_id, signature = own.sign(DATA)
        return DATA, signature, key_id

    @pytest.fixture
    def stranger(self) -> tuple[bytes, str]:
        key_id, signature = Ed25519Signer.of_this_process().sign(DATA)
        return signature, key_id


@pytest.mark.parametrize(
    "text",
    ["", "no key", new_key()[:60], OTHER_KIND],
    ids=["empty", "text", "cut off", "another kind"],
)
def test_what_is_no_private_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidSetting, match="FILE holds no Ed25519 private key") as caught:
        Ed25519Signer.from_pem(text, name="FILE")

    assert text not in caught.value.message or not text


def test_signing_asks_nobody(own: Ed25519Signer) -> None:
    assert not own.waits


def test_of_a_key_that_is_listed_twice_the_first_line_counts(own: Ed25519Signer) -> None:
    bound = TrustedKey(own.trusted[0].public, namespaces=("team-a",))
    key_id, signature = own.sign(DATA)

    found = Ed25519Verifier([bound, *own.trusted]).verify(DATA, signature, key_id=key_id)

    assert found is bound


def test_line_of_a_key_is_its_public_half_in_base64(own: Ed25519Signer) -> None:
    [key] = own.trusted

    assert key.line == f"ed25519 {b64encode(key.public).decode()}"
