"""What the errors of kombu and redis-py mean to those who queue tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kombu.exceptions import (  # type: ignore[attr-defined]  # the stubs are older than kombu 5.7
    BatchPublishError,
    OperationalError,
)
from kombu.transport.redis import (  # type: ignore[attr-defined]  # kombu's own import of redis-py
    exceptions as redis,
)

from ...domain.errors import QueueDenied, QueueUnavailable

_DENIALS: Final = (
    redis.AuthenticationError,
    redis.AuthenticationWrongNumberOfArgsError,
    redis.AuthorizationError,
    redis.NoPermissionError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the vendors' errors into those of the port `TaskQueue`.

    Raises:
        QueueDenied: Redis refused the credentials or a command.
        QueueUnavailable: any other trouble with Redis or the way to it.
    """
    try:
        yield
    except (redis.RedisError, OperationalError, BatchPublishError, OSError) as exc:
        causes = list(_causes(exc))
        denial = next((cause for cause in causes if isinstance(cause, _DENIALS)), None)
        if denial is not None:
            raise QueueDenied(
                f"the task queue refuses this process: {denial}; check user, password and rights"
            ) from exc
        raise QueueUnavailable(f"the task queue cannot be used: {causes[-1]}") from exc


def was_cut_off(error: QueueUnavailable) -> bool:
    """Whether the connection ended before the answer came, at once and not after a wait."""
    causes = list(_causes(error))
    lost = (redis.ConnectionError, ConnectionError)
    is_late = any(isinstance(cause, redis.TimeoutError | TimeoutError) for cause in causes)
    return not is_late and any(isinstance(cause, lost) for cause in causes)


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, as far as it says so.

    An error that is raised again from one that it has led to is its own cause.
    """
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__
