"""Signatures on what is queued, so that write access to a queue is no permission to run code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.trusted_key import TrustedKey


class TaskSigner(Protocol):
    """Signs with one Ed25519 key (RFC 8032); safe to call from any thread."""

    @property
    def key_id(self) -> str:
        """Which key signs at present; see `domain.trusted_key.key_id`."""
        ...

    @property
    def waits(self) -> bool:
        """Whether somebody else is asked for each signature, so that it takes a while."""
        ...

    def sign(self, data: bytes) -> tuple[str, bytes]:
        """The id of the key that signed, and its signature of `data`.

        The two belong together also where the key is replaced meanwhile.

        Raises:
            SecretsUnavailable: the key is kept elsewhere, which does not answer.
            SecretForbidden: whoever keeps the key refuses to sign.
            SecretNotFound: the key is gone.
        """
        ...


class KeptKey(TaskSigner, Protocol):
    """A signer whose public keys can be asked for."""

    @property
    def trusted(self) -> Sequence[TrustedKey]:
        """The public half of the key that signs, and of those before it that still count.

        Raises as `sign`.
        """
        ...
