"""Choose the runner for the isolation that the settings ask for."""

from __future__ import annotations

from ..domain.attestation import Attestation
from ..domain.errors import InvalidSetting, SandboxUnavailable, WeakIsolation
from ..domain.isolation import Isolation
from ..domain.limits import MIB
from ..ports.runner import Runner, SupportsAttestation, SupportsClose
from .settings import Settings


def make(settings: Settings) -> Runner:
    """The runner that gives the isolation asked for; its modules are loaded on demand."""
    if settings.isolation == "none":
        from ..adapters.sandbox.inprocess_runner import InProcessRunner

        return InProcessRunner()
    if settings.isolation == "process":
        from ..adapters.sandbox.process_runner import ProcessRunner

        return ProcessRunner()
    from ..adapters.sandbox.confined_runner import ConfinedRunner
    from ..adapters.sandbox.confinement import Confinement

    return ConfinedRunner(
        Confinement(
            isolation=Isolation.ISOLATED
            if settings.isolation == "isolated"
            else Isolation.CONFINED,
            preimport=settings.preimported,
            libraries=settings.sandbox_library_sets,
            warm=settings.sandbox_warm,
            reuse=settings.sandbox_reuse,
            network=settings.limits.network_rules,
            max_memory_bytes=settings.limits.max_memory_mb * MIB,
        )
    )


def close(runner: Runner) -> None:
    """Release what a runner keeps between runs."""
    if isinstance(runner, SupportsClose):
        runner.close()


def attest(settings: Settings) -> Attestation | None:
    """Prove that runs are kept apart as asked for; None where nothing is promised.

    Starts a sandbox of its own and ends it, so that a worker may fork afterwards.

    Raises:
        WeakIsolation: the level asked for is not in force here; the message names what failed.
        InvalidSetting: see `prove`.
    """
    runner = make(settings)
    try:
        return prove(runner, settings)
    finally:
        close(runner)


def prove(runner: Runner, settings: Settings) -> Attestation | None:
    """As `attest`, in the runner that is to run the scripts: nothing may fork afterwards.

    Raises:
        WeakIsolation: the level asked for is not in force here; the message names what failed.
        InvalidSetting: a library set names a module that is not installed. That it loads is seen
            at its first run: fork servers that nobody may ever use would take long to start.
    """
    if runner.isolation >= Isolation.CONFINED:
        _check_sets(settings)
    try:
        return runner.attestation if isinstance(runner, SupportsAttestation) else None
    except SandboxUnavailable as exc:
        raise WeakIsolation(
            f"isolation {settings.isolation} cannot be had here: {exc.message}. Mend that, or set "
            "FLEETING_ISOLATION=process and run only scripts of people you trust"
        ) from exc


def _check_sets(settings: Settings) -> None:
    from ..adapters.sandbox.findable import missing

    for name, modules in settings.sandbox_library_sets.items():
        for module in missing(modules):
            raise InvalidSetting(
                f"FLEETING_SANDBOX_LIBRARY_SETS: the set {name} names the module {module}, which "
                "is not installed beside this Python: install its distribution, or take it out"
            )
