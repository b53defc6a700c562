"""What every `TaskVerifier` must do."""

from __future__ import annotations

import pytest

from ..domain.errors import TaskNotTrusted
from ..domain.trusted_key import SIZE, TrustedKey
from ..ports.task_verifier import TaskVerifier
from .contract import Contract


class TaskVerifierContract(Contract):
    """The contract of `ports.task_verifier.TaskVerifier`.

    Fixtures to supply:
        verifier: a `TaskVerifier`.
        signed: bytes, a signature of them by a key that it trusts, and that key's id.
        stranger: a signature of the same bytes by a key that it does not know, and that key's id.
    """

    def test_right_signature_tells_whose_it_is(
        self, verifier: TaskVerifier, signed: tuple[bytes, bytes, str]
    ) -> None:
        """With all that is known of the key."""
        data, signature, key_id = signed

        found = verifier.verify(data, signature, key_id=key_id)

        assert isinstance(found, TrustedKey)
        assert (found.key_id, len(found.public)) == (key_id, SIZE)

    def test_other_bytes_are_refused(
        self, verifier: TaskVerifier, signed: tuple[bytes, bytes, str]
    ) -> None:
        """Longer, shorter or changed."""
        data, signature, key_id = signed

        for other in (data + b" ", data[:-1], bytes([data[0] ^ 1]) + data[1:]):
            with pytest.raises(TaskNotTrusted) as caught:
                verifier.verify(other, signature, key_id=key_id)
            assert caught.value.reason == "altered"

    def test_another_signature_is_refused(
        self, verifier: TaskVerifier, signed: tuple[bytes, bytes, str]
    ) -> None:
        """Of whatever length."""
        data, signature, key_id = signed

        for other in (b"", signature[:-1], signature + b"\x00", bytes(len(signature))):
            with pytest.raises(TaskNotTrusted) as caught:
                verifier.verify(data, other, key_id=key_id)
            assert caught.value.reason == "altered"

    def test_a_key_that_is_not_trusted_is_refused(
        self,
        verifier: TaskVerifier,
        signed: tuple[bytes, bytes, str],
        stranger: tuple[bytes, str],
    ) -> None:
        """Also where it claims the id of one that is."""
        data, _, key_id = signed
        signature, its_id = stranger

        with pytest.raises(TaskNotTrusted) as caught:
            verifier.verify(data, signature, key_id=its_id)
        assert caught.value.reason == "unknown_signer"
        with pytest.raises(TaskNotTrusted) as caught:
            verifier.verify(data, signature, key_id=key_id)
        assert caught.value.reason == "altered"
