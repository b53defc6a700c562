"""What the worker of this process can say of itself."""

from __future__ import annotations

import platform
from datetime import datetime
from functools import cache
from importlib.metadata import distributions, packages_distributions, version

from ..domain.attestation import Attestation
from ..domain.worker_facts import DEFAULT_LIBRARIES, LibrarySet, WorkerFacts
from ..ports.clock import Clock
from ..ports.runner import Runner, SupportsAttestation
from .settings import Settings


class OwnFacts:
    """Tells the facts as they are when it is called.

    Args:
        worker: the worker's name.
        runner: what runs its scripts.
        clock: tells when it started.
        settings: those in force.
    """

    def __init__(self, worker: str, runner: Runner, clock: Clock, settings: Settings) -> None:
        self._worker, self._runner, self._settings = worker, runner, settings
        self._started: datetime = clock.now()

    def __call__(self) -> WorkerFacts:
        """The facts.

        Raises:
            SandboxUnavailable: the sandbox cannot be started.
        """
        runner = self._runner
        proof = runner.attestation if isinstance(runner, SupportsAttestation) else None
        return WorkerFacts(
            worker=self._worker,
            started_at=self._started,
            version=version("fleeting"),
            python=platform.python_version(),
            platform=platform.platform(),
            isolation=runner.isolation if proof is None else proof.effective,
            attestation=proof,
            modes=("fresh",) if proof is None else ("fresh", "reuse"),
            libraries=(_default_set(self._settings.preimported, proof),),
        )


def _default_set(modules: tuple[str, ...], proof: Attestation | None) -> LibrarySet:
    is_sealed = proof is not None and proof.files == "sealed"
    # Where no file can be opened, what is not loaded cannot be imported either.
    names = _owners(modules) if is_sealed else _installed()
    return LibrarySet(name=DEFAULT_LIBRARIES, modules=modules, distributions=dict(names))


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    return tuple(sorted({one.name: one.version for one in distributions()}.items()))


@cache
def _owners(modules: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    owners = packages_distributions()
    tops = {module.partition(".")[0] for module in modules}
    names = {name for top in tops for name in owners.get(top, ())}
    return tuple((name, version(name)) for name in sorted(names))
