"""Signatures made and checked in this process."""

from __future__ import annotations

from base64 import b64encode

import pytest

from fleeting.adapters.signatures.ed25519 import Ed25519Signer, Ed25519Verifier, new_key
from fleeting.domain.errors import InvalidSetting, TaskNotTrusted
from fleeting.domain.trusted_key import TrustedKey
from fleeting.testing import TaskSignerContract, TaskVerifierContract

DATA = b"what is signed"
OTHER_KIND = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
-----END PRIVATE KEY-----
"""


RFC_8032 = (
    bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
    bytes.fromhex("72"),
    bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
)
"""Public key, message and signature of test 2 in section 7.1."""

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group, as a number: `L` in RFC 8032."""

IDENTITY = (1).to_bytes(32, "little")
"""The point of order 1: as a key, a signature of it and 0 fits every message."""


def verified(public: bytes, data: bytes, signature: bytes) -> bytes:
    key = TrustedKey(public)
    return Ed25519Verifier([key]).verify(data, signature, key_id=key.key_id).public


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


def test_signature_of_the_rfc_is_right() -> None:
    assert verified(*RFC_8032) == RFC_8032[0]


def test_second_form_of_a_signature_is_refused() -> None:
    """RFC 8032, section 8.4: signatures are not malleable."""
    public, data, signature = RFC_8032
    number = int.from_bytes(signature[32:], "little") + ORDER

    with pytest.raises(TaskNotTrusted):
        verified(public, data, signature[:32] + number.to_bytes(32, "little"))


def test_key_of_small_order_is_refused() -> None:
    with pytest.raises(TaskNotTrusted):
        verified(IDENTITY, DATA, IDENTITY + bytes(32))


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_signature_of_another_length_is_refused(size: int) -> None:
    public, data, signature = RFC_8032

    with pytest.raises(TaskNotTrusted):
        verified(public, data, (signature + b"\0")[:size])


def test_key_of_another_length_cannot_be_trusted() -> None:
    with pytest.raises(InvalidSetting, match="is no public key of Ed25519"):
        Ed25519Verifier([TrustedKey(bytes(31))])
