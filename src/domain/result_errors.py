"""Why a result is not what a call needs."""

from __future__ import annotations

from .error_families import ResultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .outcome import ErrorInfo


class ResultNotReady(ResultError):
    """The task is still queued or running."""

    retryable = True


class ResultGone(ResultError):
    """Nothing is left under that key: it has expired, or was never submitted."""


class ResultUnknown(ResultError):
    """The key lies in the future, so nothing can ever have been submitted under it."""


class AlreadyFinished(ResultError):
    """The task has ended, so it cannot be cancelled any more."""


class TaskFailed(ResultError):
    """The task ended without a value; its error is attached."""

    error: ErrorInfo | None = None
    """How its last run ended, as the record says it."""
