"""The words for every way in which a run ends without an answer of its own."""

from __future__ import annotations

import signal
from datetime import timedelta

from ...domain.errors import (
    CpuTimeExceeded,
    FleetingError,
    OutputTooLarge,
    RunCancelled,
    RunDied,
    RunProtocolError,
    RunTimedOut,
)
from ...domain.limits import MIB
from ...domain.outcome import ErrorInfo, Outcome
from .output import FLOOD


def cancelled() -> Outcome:
    """It was stopped on request."""
    return _ended(RunCancelled, "the run was cancelled on request")


def timed_out(limit: timedelta) -> Outcome:
    """Its time was up."""
    return _ended(
        RunTimedOut,
        f"the run took longer than its {limit.total_seconds():g} seconds and was stopped",
    )


def flooded(max_output_bytes: int) -> Outcome:
    """It printed too much."""
    return _ended(
        OutputTooLarge,
        f"the run printed over {FLOOD} times the {max_output_bytes} bytes that are kept, and was "
        "stopped: print less, or return what matters",
    )


def out_of_memory(limit: int) -> str:
    """What to say where the limit is known."""
    return f"the run asked for more memory than its {limit / MIB:g} MiB"


def misbehaved(how: str) -> Outcome:
    """It answered what no run answers."""
    return _ended(RunProtocolError, f"the process of the run was stopped: {how}")


def out_of_cpu(limit: timedelta) -> Outcome:
    """It computed too long."""
    return _ended(
        CpuTimeExceeded,
        f"the run took more processor time than its {limit.total_seconds():g} seconds and was "
        "stopped",
    )


def died(
    status: int,
    timeout: timedelta | None,
    cpu_time: timedelta | None = None,
    used_cpu: float | None = None,
) -> Outcome:
    """It ended by itself, with an exit status as `subprocess` has it.

    Args:
        status: the exit status.
        timeout: the wall time that it was allowed.
        cpu_time: the processor time that it was allowed.
        used_cpu: the seconds of processor time that it took, where they are known.
    """
    is_over = cpu_time is not None and (used_cpu or 0) >= cpu_time.total_seconds()
    if cpu_time is not None and (
        # SIGKILL follows where a script has chosen not to hear SIGXCPU.
        -status == signal.SIGXCPU or (-status == signal.SIGKILL and is_over)
    ):
        return out_of_cpu(cpu_time)
    if status >= 0:
        return _ended(
            RunDied,
            f"the process of the run exited with code {status} before it answered: return a value "
            "or raise an exception instead",
        )
    if -status == signal.SIGXCPU and timeout is not None:
        return timed_out(timeout)
    if -status == signal.SIGKILL:
        return _ended(
            RunDied,
            "the process of the run was killed from outside (SIGKILL), as the system does when "
            "memory runs out",
        )
    return _ended(RunDied, f"the process of the run died of {_signal_name(-status)}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _ended(error: type[FleetingError], message: str) -> Outcome:
    return Outcome(error=ErrorInfo(code=error.code, message=message))
