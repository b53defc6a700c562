"""Ed25519 signatures of queued messages, made with `cryptography` and checked with libsodium.

Workers check one for each message that comes alone: libsodium takes half of the time of OpenSSL,
and lets other threads run meanwhile. It is also the stricter one: RFC 8032 leaves open what becomes
of keys and signatures of small order, and it refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from ...domain.distrust import Distrust, distrusted
from ...domain.errors import InvalidSetting
from ...domain.trusted_key import TrustedKey, key_id


class Ed25519Signer:
    """`TaskSigner` with a private key in memory: 30 µs a signature."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self._key_id = key_id(public_bytes(private))

    @classmethod
    def from_pem(cls, text: str, *, name: str) -> Ed25519Signer:
        """The signer with a key in PKCS #8, not encrypted, as `fleeting key create` writes it.

        Raises:
            InvalidSetting: there is no such key in it; the message has `name`, and nothing of it.
        """
        try:
            private = load_pem_private_key(text.encode(), password=None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise InvalidSetting(
                f"{name} holds no Ed25519 private key in PEM without a password: make one with "
                "`fleeting key create`"
            )
        return cls(private)

    @classmethod
    def of_this_process(cls) -> Ed25519Signer:
        """The signer with a key that ends with the process."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def key_id(self) -> str:
        return self._key_id

    @property
    def waits(self) -> bool:
        return False

    @property
    def trusted(self) -> tuple[TrustedKey]:
        """The public half."""
        return (TrustedKey(public_bytes(self._private)),)

    def sign(self, data: bytes) -> tuple[str, bytes]:
        return self._key_id, self._private.sign(data)


class Ed25519Verifier:
    """`TaskVerifier` with a list of public keys: 50 µs a signature."""

    def __init__(self, keys: Iterable[TrustedKey]) -> None:
        """Trust these keys; of one that is named twice, the first.

        Raises:
            InvalidSetting: one of them has another length than public keys of Ed25519.
        """
        self._keys: dict[str, tuple[TrustedKey, VerifyKey]] = {}
        for key in keys:
            self._keys.setdefault(key.key_id, (key, _loaded(key)))

    def verify(self, data: bytes, signature: bytes, *, key_id: str) -> TrustedKey:
        found = self._keys.get(key_id)
        if found is None:
            raise distrusted(
                Distrust.UNKNOWN_SIGNER, "the key that signed it is not among those trusted here"
            )
        try:
            found[1].verify(data, signature)
        except (BadSignatureError, ValueError):  # altered, or of another length
            raise distrusted(Distrust.ALTERED, "its signature does not fit what it says") from None
        return found[0]


def new_key() -> str:
    """A private key in PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return pem.decode()


def public_bytes(private: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of its public half."""
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _loaded(key: TrustedKey) -> VerifyKey:
    try:
        return VerifyKey(key.public)
    except ValueError:
        raise InvalidSetting(f"the trusted key {key.key_id} is no public key of Ed25519") from None
