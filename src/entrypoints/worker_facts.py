"""What the worker of this process can say of itself."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version

from ..domain.attestation import Attestation
from ..domain.worker_facts import DEFAULT_LIBRARIES, LibrarySet, WorkerFacts
from ..ports.clock import Clock
from ..ports.runner import Runner, SupportsAttestation
from .offered_libraries import offered
from .settings import Settings


class OwnFacts:
    """Tells the facts as they are when it is called; they change with what has been proven.

    Args:
        worker: the worker's name.
        runner: what runs its scripts.
        clock: tells when it started.
        settings: those in force.
        refusals: how many messages it has refused, by reason.
    """

    def __init__(
        self,
        worker: str,
        runner: Runner,
        clock: Clock,
        settings: Settings,
        refusals: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._worker, self._runner, self._settings = worker, runner, settings
        self._started: datetime = clock.now()
        self._refusals = refusals
        self._latest: tuple[Attestation | None, WorkerFacts] | None = None

    def __call__(self) -> WorkerFacts:
        """The facts.

        Raises:
            SandboxUnavailable: the sandbox cannot be started.
        """
        runner = self._runner
        proof = runner.attestation if isinstance(runner, SupportsAttestation) else None
        latest = self._latest
        if latest is None or latest[0] is not proof:
            self._latest = latest = proof, self._facts(proof)
        refused = self._refusals()
        return latest[1].model_copy(update={"refused": dict(refused)}) if refused else latest[1]

    def _facts(self, proof: Attestation | None) -> WorkerFacts:
        return WorkerFacts(
            worker=self._worker,
            started_at=self._started,
            version=version("fleeting"),
            python=platform.python_version(),
            platform=platform.platform(),
            isolation=self._runner.isolation if proof is None else proof.effective,
            attestation=proof,
            modes=("fresh",) if proof is None else ("fresh", "reuse"),
            libraries=self._libraries(proof),
        )

    def _libraries(self, proof: Attestation | None) -> tuple[LibrarySet, ...]:
        if proof is None:
            # Nothing is loaded beforehand: a run imports what is installed.
            return offered({DEFAULT_LIBRARIES: ()}, is_sealed=False)
        sets = {DEFAULT_LIBRARIES: self._settings.preimported}
        sets |= self._settings.sandbox_library_sets
        return offered(sets, is_sealed=proof.files == "sealed")
