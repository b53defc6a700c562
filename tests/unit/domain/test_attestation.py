"""What an attestation says of a sandbox."""

from __future__ import annotations

from fleeting.domain.attestation import Attestation, Check
from fleeting.domain.isolation import Isolation


def test_failing_checks_are_those_that_do_not_hold() -> None:
    held = Check("fork", "EPERM", holds=True)
    failed = Check("read a file outside", "done", holds=False)
    attestation = Attestation(
        asked=Isolation.CONFINED,
        effective=Isolation.PROCESS,
        files="sealed",
        landlock_abi=0,
        filter_sha256="",
        user=64900,
        kernel="6.1",
        machine="x86_64",
        checks=(held, failed),
    )
    assert attestation.failing == (failed,)
