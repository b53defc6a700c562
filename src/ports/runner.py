"""Where a script is run: in a process of its own, confined or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, runtime_checkable

from ..domain.attestation import Attestation
from ..domain.bounds import UNBOUNDED, Bounds
from ..domain.isolation import Isolation
from ..domain.json_value import JsonValue
from ..domain.verdict import RunReport
from ..domain.worker_facts import DEFAULT_LIBRARIES

__all__ = [
    "RunObserver",
    "RunReport",
    "RunRequest",
    "Runner",
    "SupportsAttestation",
    "SupportsClose",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run."""

    run_id: str
    """Names the run for `Runner.stop`; unique among the runs of a process."""
    digest: str
    """SHA-256 of the source: what compiled code may be cached under."""
    source: str = field(repr=False)
    function: str
    args: Sequence[JsonValue] = field(repr=False)
    kwargs: Mapping[str, JsonValue] = field(repr=False)
    timeout: timedelta | None
    """Wall time allowed, start-up included; None: no limit asked for."""
    memory_bytes: int | None
    """Memory allowed beyond the interpreter's own; None: no limit asked for."""
    max_value_bytes: int
    max_output_bytes: int
    bounds: Bounds = UNBOUNDED
    """What else it is held to, and given; a run with any of these shares no process."""
    tenant: str = ""
    """Whom the run belongs to: only runs of one tenant may share a process that is kept."""
    reuse: bool | None = None
    """Whether it may share a process with other runs of the same source, one after the other;
    None: as the installation has it. Runners that keep no processes do not heed it."""
    libraries: str = DEFAULT_LIBRARIES
    """Name of the library set that it is to find loaded. Runners that load nothing beforehand do
    not heed it: there each script imports what is installed."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What is masked in all that the run says; runners need not heed it, and tell no run of it."""
    returnable: frozenset[str] = field(default=frozenset(), repr=False)
    """Those of them that the value may hold."""


class RunObserver(Protocol):
    """Hears what a run says while it runs.

    Where runs have a process of their own it is called from another thread than the run's
    caller's, so that a slow one does not hold up the run's clock: what comes in the meantime is
    merged. One that raises is logged, and the run goes on. All calls have ended when `run` returns.
    """

    def on_output(self, text: str) -> None:
        """Printed text, as it comes."""
        ...

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """A call of `fleeting.progress` in the script."""
        ...


class Runner(Protocol):
    """Runs scripts; safe to use from several threads at once."""

    @property
    def isolation(self) -> Isolation:
        """The level in force for every run."""
        ...

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        """Run the script to its end and report how it ended.

        Whatever the script does is in the report; the caller, its process and the next run are
        not harmed. On return nothing of the run is left, but its process where that is kept for
        further runs (`RunRequest.reuse`); what had to be killed may take a moment to be gone.

        Raises:
            SandboxUnavailable: no process for the run could be started.
            InvalidTask: the request asks for a limit that this runner cannot enforce.
            LibraryUnavailable: it has no library set of that name.
            IsolationUnavailable: it takes a stronger level to hold it to its bounds.
        """
        ...

    def stop(self, run_id: str) -> None:
        """End a run at once, from any thread; it reports RunCancelled.

        A run that has ended or that nobody knows is left alone. A run that is about to start is
        ended too if `stop` came after `run` was called.

        With isolation `none` there is nothing that could be ended: the run goes on to its end.
        """
        ...


@runtime_checkable
class SupportsClose(Protocol):
    """A runner that keeps something between runs."""

    def close(self) -> None:
        """End what is kept; nothing is run afterwards."""
        ...


@runtime_checkable
class SupportsAttestation(Protocol):
    """A runner that proves its level by letting a run try what must not be possible."""

    @property
    def attestation(self) -> Attestation:
        """What was found when the sandbox in use was started; starts it if need be.

        Raises:
            SandboxUnavailable: it cannot be started, or is weaker than the level asked for; the
                message names the failing checks.
        """
        ...
