"""Runs each script in a confined child of a fork server. Linux only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from ...domain.attestation import Attestation
from ...domain.bounds import UNBOUNDED, Bounds, check_enforced
from ...domain.errors import InvalidTask, IsolationUnavailable
from ...domain.isolation import Isolation
from ...domain.limits import MIB
from ...ports.runner import RunObserver, RunReport, RunRequest
from .attendant import Attendant
from .conduct import Conduct
from .confinement import Confinement
from .delivery import Delivery
from .kept_children import KeptChildren
from .leaving_children import LeavingChildren
from .library_servers import LibraryServers
from .run_table import RunTable
from .warm_children import WarmChildren
from .zygote_child import ZygoteChild

_MARGIN: Final = 1.0
"""Seconds by which the fork server's clock runs behind this process's, which is to end a run."""


class ConfinedRunner:
    """A `Runner` whose scripts reach no file, socket or process; it attests that before the first.

    The children come from fork servers of this process, one server for each library set. There is
    one child for each run, or it is kept for further runs of the same source by the same tenant
    where that is asked for.

    Args:
        confinement: how it is set up.
    """

    def __init__(self, confinement: Confinement | None = None) -> None:
        self._confinement = confinement or Confinement()
        self._servers = LibraryServers(self._confinement, self.isolation)
        self._kept = KeptChildren(self._confinement)
        self._attendant = Attendant()
        self._leaving = LeavingChildren()
        self._conduct = Conduct(self.isolation, (), self._confinement.network)
        self._runs: RunTable[ZygoteChild] = RunTable()

    @property
    def isolation(self) -> Isolation:
        return self._confinement.isolation

    @property
    def attestation(self) -> Attestation:
        """See `SupportsAttestation`."""
        return self._servers.attestation

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        check_enforced(request.bounds, self.isolation)
        request = self._capped(request)
        keep = self._keep(request)
        with self._runs.known(request.run_id) as run:
            child = run.start(lambda: self._child(request, keep))
            if child is None:
                return self._conduct.stopped()
            delivery = Delivery(observer)
            is_kept = False
            try:
                report, is_kept = self._conduct(run, child, request, delivery, keep=keep)
            finally:
                run.release()
                self._let_go(request, child, is_kept=is_kept)
                delivery.close()
            return report

    def stop(self, run_id: str) -> None:
        self._runs.stop(run_id)

    def close(self) -> None:
        """End the fork servers and all that runs in them."""
        self._attendant.close()
        self._leaving.close()
        self._kept.close()
        self._servers.close()

    def _keep(self, request: RunRequest) -> timedelta | None:
        """For how long the child of a run takes further runs; None: it takes no other."""
        is_reused = self._confinement.reuse if request.reuse is None else request.reuse
        # Bounds hold for a process, so a run that has any shares none.
        is_shared = is_reused and request.bounds == UNBOUNDED
        return self._confinement.reuse_age if is_shared else None

    def _child(self, request: RunRequest, keep: timedelta | None) -> ZygoteChild:
        child = None if keep is None else self._kept.take(request)
        life = _life(request, keep)
        if child is None:
            waiting = self._servers.children(request.libraries)
            if request.bounds.threads or request.bounds.scratch_bytes:
                child = _bounded_child(waiting, request.bounds, life)
            else:
                child = waiting.take(life)
        child.runs += 1
        return child

    def _let_go(self, request: RunRequest, child: ZygoteChild, *, is_kept: bool) -> None:
        is_first = child.runs == 1
        if is_kept:
            self._kept.put(request, child)
        else:
            child.dismiss()
            self._leaving.add(child)
        if is_first:
            # It came from those that wait, or would have.
            self._servers.children(request.libraries).refill_later(
                self._attendant, self._runs.is_busy
            )

    def _capped(self, request: RunRequest) -> RunRequest:
        most = self._confinement.max_memory_bytes
        if request.memory_bytes is None:
            return replace(request, memory_bytes=most)
        if request.memory_bytes > most:
            raise InvalidTask(
                f"the run asks for {request.memory_bytes / MIB:g} MiB of memory, and this "
                f"installation gives {most / MIB:g} MiB at most: ask for less"
            )
        return request


def _bounded_child(waiting: WarmChildren, bounds: Bounds, life: float | None) -> ZygoteChild:
    facts = waiting.facts()
    if (bounds.threads or 0) > 1 and not facts["counts_threads"]:
        raise IsolationUnavailable(
            "threads cannot be counted in this worker, which takes Linux 5.14 and user "
            "namespaces: ask for threads=1, or leave it out and bound them by memory_mb"
        )
    if bounds.scratch_bytes and not facts["has_scratch"]:
        raise IsolationUnavailable(
            "scratch_mb cannot be given in this worker, which takes Landlock (Linux 6.2) and "
            "user namespaces: return data instead of writing it"
        )
    asked = {"threads": bounds.threads or 0, "scratch_bytes": bounds.scratch_bytes}
    return waiting.bounded(asked, life)


def _life(request: RunRequest, keep: timedelta | None) -> float | None:
    """Seconds after which the fork server ends a child, should this process stand still."""
    if request.timeout is None:
        return None
    return (request.timeout + (keep or timedelta(0))).total_seconds() + _MARGIN
