"""One run with a process that waits for its job: from the job to the report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ...domain.errors import MemoryExceeded, SandboxUnavailable
from ...domain.isolation import Isolation
from ...domain.outcome import ErrorInfo, Outcome
from ...ports.runner import RunReport, RunRequest
from .connector import Connector
from .delivery import Delivery
from .endings import cancelled, died, misbehaved, out_of_memory
from .exchange import Exchange
from .job import job_frame
from .run_process import RunProcess
from .run_table import P, Run


class Conduct:
    """How a runner's runs are held.

    Args:
        isolation: the level that each report tells.
        path: where scripts find libraries.
        network: the operator's patterns of what runs may be allowed to connect to.
    """

    def __init__(
        self, isolation: Isolation, path: Sequence[str], network: Sequence[str] = ()
    ) -> None:
        self._network = network
        self._isolation = isolation
        self._path = path

    def __call__(
        self,
        run: Run[P],
        process: RunProcess,
        request: RunRequest,
        delivery: Delivery,
        *,
        keep: timedelta | None = None,
    ) -> tuple[RunReport, bool]:
        """Hold the run; returns its report, and whether the process lives on for another.

        `keep` lets it live on for so long, if it says that it can.

        Raises:
            SandboxUnavailable: the process did not come as far as the script.
        """
        began = time.monotonic()
        job = job_frame(request, self._path, keep=keep)
        exchange = Exchange(process, job, request, delivery, self._connector(process, request))
        outcome = exchange.until_answer()
        # Start-up included, as in the time limit: when it was over is known here only later.
        took = time.monotonic() - began
        is_kept = keep is not None and exchange.is_kept and _is_value(outcome)
        if exchange.has_answer:
            # All that it has printed was written before.
            exchange.drain()
            if not is_kept:
                process.dismiss()
        if outcome is None or not exchange.has_answer:
            outcome = self._ended(run, process, exchange, outcome, request)
        return self._report(outcome, request, exchange.text, took), is_kept

    def _connector(self, process: RunProcess, request: RunRequest) -> Connector | None:
        places = request.bounds.network
        return Connector(process.channel, places, self._network) if places else None

    def _ended(
        self,
        run: Run[P],
        process: RunProcess,
        exchange: Exchange,
        reason: Outcome | None,
        request: RunRequest,
    ) -> Outcome:
        """End a process that has not answered: for a reason, or because it has gone silent."""
        by_itself = reason is None and process.dies()
        status = process.end()
        exchange.drain()
        if reason is not None:
            return reason
        if run.is_stopped:
            return cancelled()
        if not by_itself:
            return _silent(exchange, request, None)
        return _silent(exchange, request, status, process.used_cpu)

    def stopped(self) -> RunReport:
        """The report of a run that was stopped before it had a process."""
        return RunReport(error=cancelled().error, isolation=self._isolation)

    def _report(self, outcome: Outcome, request: RunRequest, output: str, took: float) -> RunReport:
        return RunReport(
            value=outcome.value,
            error=outcome.error and _with_limit(outcome.error, request.memory_bytes),
            output=output,
            run_time=timedelta(seconds=took),
            isolation=self._isolation,
        )


def _is_value(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.value is not None


def _silent(
    exchange: Exchange, request: RunRequest, status: int | None, used_cpu: float | None = None
) -> Outcome:
    """What to make of a process that went without an answer; None: it had to be killed."""
    if not exchange.has_started:
        last = exchange.text.rstrip().rpartition("\n")[2]
        raise SandboxUnavailable(
            f"the process for a run did not come up: {last or 'no word of it'}"
        )
    if status is None:
        return misbehaved("it closed its channel and went on")
    return died(status, request.timeout, request.bounds.cpu_time, used_cpu)


def _with_limit(error: ErrorInfo, memory_bytes: int | None) -> ErrorInfo:
    """The limit is not known inside."""
    if error.code == MemoryExceeded.code and memory_bytes is not None:
        return replace(error, message=out_of_memory(memory_bytes))
    return error
