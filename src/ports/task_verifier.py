"""Whether a signature is one of somebody who may submit."""

from __future__ import annotations

from typing import Protocol

from ..domain.trusted_key import TrustedKey


class TaskVerifier(Protocol):
    """Checks signatures without asking anybody; safe to call from any thread."""

    def verify(self, data: bytes, signature: bytes, *, key_id: str) -> TrustedKey:
        """The key that made `signature` of `data`.

        What the key may sign for, and when, is not looked at: see `TrustedKey.check`.

        Raises:
            TaskNotTrusted: no key of that id is trusted, or the signature is not by it.
        """
        ...
