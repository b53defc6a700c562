"""What every `TaskSigner` must do."""

from __future__ import annotations

from ..ports.task_signer import TaskSigner
from ..ports.task_verifier import TaskVerifier
from .contract import Contract


class TaskSignerContract(Contract):
    """The contract of `ports.task_signer.TaskSigner`.

    Fixtures to supply:
        signer: a `TaskSigner`.
        verifier: a `TaskVerifier` that trusts it.
    """

    def test_its_signature_is_found_right(self, signer: TaskSigner, verifier: TaskVerifier) -> None:
        """Of any bytes, and under the id that it gives."""
        for data in (b"", b"\x00\xff", b"x" * 100_000):
            key_id, signature = signer.sign(data)

            assert verifier.verify(data, signature, key_id=key_id).key_id == key_id

    def test_it_says_which_key_signs(self, signer: TaskSigner) -> None:
        """Without signing anything."""
        assert signer.sign(b"data")[0] == signer.key_id
