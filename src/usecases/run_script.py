"""One run of a claimed task's script: get the source, hand it to the runner, tell how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..domain.bounds import check_enforced
from ..domain.errors import (
    IsolationUnavailable,
    NoSecretSource,
    RequestError,
    SandboxUnavailable,
    SecretForbidden,
    SecretNotFound,
    SecretsUnavailable,
    SourceUnknown,
)
from ..domain.inline_metadata import NOTHING, needs_of
from ..domain.isolation import Isolation
from ..domain.libraries import library_set
from ..domain.limits import Limits
from ..domain.outcome import ErrorInfo
from ..domain.task import Task
from ..domain.verdict import RunReport
from ..domain.worker_facts import WorkerFacts
from ..ports.clock import Clock
from ..ports.runner import Runner, RunObserver, RunRequest
from ..ports.source_store import SourceReader
from .insist import insist
from .masked import run_masked
from .resolve_references import Resolved, ResolveReferences

_log: Final = logging.getLogger(__name__)

_NO_SECRETS: Final = (NoSecretSource, SecretForbidden, SecretNotFound, SecretsUnavailable)


def _never() -> bool:
    return False


class RunScript:
    """Runs scripts as this installation can; what keeps one from running is in the report too."""

    def __init__(
        self,
        *,
        sources: SourceReader,
        runner: Runner,
        clock: Clock,
        limits: Limits,
        resolve: ResolveReferences,
        facts: Callable[[], WorkerFacts] | None = None,
    ) -> None:
        self._resolve = resolve
        self._facts = facts
        self._sources = sources
        self._runner = runner
        self._clock = clock
        self._limits = limits

    def __call__(
        self,
        task: Task,
        run_id: str,
        observer: RunObserver,
        is_over: Callable[[], bool] = _never,
    ) -> RunReport:
        """Run the script of `task`; waits while the source store is away.

        Args:
            task: whose script.
            run_id: names the run for `stop`.
            observer: hears it.
            is_over: whether the run was stopped before it began: reading secrets takes its time.
        """
        in_force = self._runner.isolation
        try:
            _check_isolation(task, in_force, self._limits.min_isolation)
            check_enforced(task.bounds, in_force)
            request = self._routed(self._request(task, run_id))
            if not task.may_refer:
                return self._runner.run(request, observer)
            # Last of all, so that nobody waits for anything with a secret in hand.
            with self._resolve(task) as resolved:
                if is_over():
                    return RunReport(isolation=in_force)
                return run_masked(self._runner, _resolved(request, resolved), observer)
        except (RequestError, SandboxUnavailable) as exc:
            return RunReport(error=ErrorInfo.of(exc), isolation=in_force)
        except _NO_SECRETS as exc:
            _log.warning("%s does not run: %s", task.key, exc.message)
            return RunReport(error=ErrorInfo.of(exc), isolation=in_force)

    @property
    def isolation(self) -> Isolation:
        """The level in force for every run."""
        return self._runner.isolation

    def stop(self, run_id: str) -> None:
        """End a run at once, from any thread."""
        self._runner.stop(run_id)

    def _routed(self, request: RunRequest) -> RunRequest:
        """To the library set that it needs; refused where this worker, unlike another, has none."""
        needs = needs_of(request.source)
        if self._facts is None or needs == NOTHING:
            return request
        return replace(request, libraries=library_set(needs, self._facts()).name)

    def _request(self, task: Task, run_id: str) -> RunRequest:
        is_limited = self._runner.isolation is not Isolation.NONE
        return RunRequest(
            run_id=run_id,
            digest=task.source_digest,
            source=self._source(task),
            function=task.function,
            args=task.args,
            kwargs=task.kwargs,
            timeout=task.timeout if is_limited else None,
            memory_bytes=task.memory_bytes if is_limited else None,
            max_value_bytes=self._limits.max_value_bytes,
            max_output_bytes=self._limits.max_output_bytes,
            bounds=task.bounds,
            tenant=_tenant(task),
            reuse=None if task.mode is None else task.mode == "reuse",
        )

    def _source(self, task: Task) -> str:
        if task.source is not None:
            return task.source
        text = insist(lambda: self._sources.get(task.source_digest), self._clock)
        if text is None:
            raise SourceUnknown(
                f"no source is stored under {task.source_digest[:12]}…: submit the source itself"
            )
        return text


def _tenant(task: Task) -> str:
    """Whom a process may be kept for: a namespace has no slash in it."""
    return f"{task.namespace}/{task.principal}" if task.principal else task.namespace


def _resolved(request: RunRequest, resolved: Resolved) -> RunRequest:
    """The same run with its secrets, in a process that it shares with no other.

    Its secrets are for this task alone: they must not lie where a later one could find them, nor
    come to where an earlier one has laid something that listens.
    """
    return replace(
        request,
        args=resolved.args,
        kwargs=resolved.kwargs,
        secrets=resolved.secrets,
        returnable=resolved.returnable,
        reuse=False if resolved.secrets else request.reuse,
    )


def _check_isolation(task: Task, in_force: Isolation, least: Isolation) -> None:
    wanted = max(task.isolation or least, least)
    if wanted > in_force:
        raise IsolationUnavailable(
            f"isolation {wanted} is not in force in this worker: it gives {in_force}"
        )
