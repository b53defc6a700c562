"""What may come of the run of a script instead of a value.

Standard library only, because each run's process loads this module.
"""

from __future__ import annotations

from .error_families import RunError


class ScriptRaised(RunError):
    """The script raised an exception."""


class RunTimedOut(RunError):
    """The run took longer than its time limit and was stopped."""


class MemoryExceeded(RunError):
    """The run asked for more memory than its limit."""


class CpuTimeExceeded(RunError):
    """The run took more processor time than its limit and was stopped."""


class ResultNotSerializable(RunError):
    """The function returned something that strict JSON cannot carry; the message gives its path."""


class ValueTooLarge(RunError):
    """The JSON of the value is longer than the limit."""


class ResultHoldsSecret(RunError):
    """The function returned a secret that it was given; the value was not stored."""


class OutputTooLarge(RunError):
    """The run printed far more than the limit and was stopped."""


class RunDied(RunError):
    """The process of the run ended by itself: exit, abort or a signal."""


class RunProtocolError(RunError):
    """The process of the run answered something that is no answer."""


class RunCancelled(RunError):
    """The run was cancelled on request."""


class TaskLost(RunError):
    """The task was accepted, but no worker could bring it to an end."""
