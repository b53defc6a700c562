"""A delivered task as the worker's parent process keeps it."""

from __future__ import annotations

import logging
from typing import Any, Final

from billiard.einfo import ExceptionWithTraceback  # type: ignore[attr-defined]  # not in the stubs
from billiard.exceptions import WorkerLostError
from celery.concurrency.prefork import TaskPool as ProcessPool
from celery.worker.request import Request

from ...domain.burial import Cause
from ...domain.errors import FleetingError
from ...domain.result_key import Address
from .call_repr import ARGSREPR, describe_call
from .in_time import do_in_time

_log: Final = logging.getLogger(__name__)

_BURY_SECONDS: Final = 1.0
"""How long the worker waits for the store, which may be away; then a lease has to run out."""


class RunRequest(Request):
    """Shows nothing of its payload, whatever its sender claims to be presentable.

    Where a process of the pool has died, the run that it had is seen to here: Celery tells the
    parent at once, and nobody has to wait until a lease has run out.
    """

    task: Any
    worker_pid: Any
    _kwargs: Any
    _request_dict: dict[str, Any]

    def __init__(self, message: Any, **options: Any) -> None:
        super().__init__(message, **options)
        self._argsrepr = ARGSREPR
        self._kwargsrepr = describe_call(self._kwargs)
        self._request_dict.update(argsrepr=self._argsrepr, kwargsrepr=self._kwargsrepr)

    def info(self, safe: bool = False) -> Any:  # noqa: FBT001, FBT002 - Celery's
        """What `inspect active` and Flower show."""
        return super().info(safe=True)

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> Any:
        # Before the message goes back: who gets it must not find the task claimed.
        if isinstance(_bare(exc_info.exception), WorkerLostError):
            self._bury("lost")
        return super().on_failure(exc_info, *args, **kwargs)

    def on_timeout(self, soft: Any, timeout: Any) -> None:
        super().on_timeout(soft, timeout)
        if not soft:
            self._bury("timed_out")

    def terminate(self, pool: Any, signal: Any = None) -> None:
        """End the run as cancelled: `revoke(terminate=True)`."""
        if isinstance(pool, ProcessPool):
            super().terminate(pool, signal)
            if self.time_start:
                self._bury("cancelled")
        elif (address := self._address) is not None:
            self.task.executions.current().cancel(address)

    @property
    def _address(self) -> Address | None:
        """Of the task in the message; None: there is none that a worker would run."""
        try:
            task = self.task.read(self._kwargs)
        except FleetingError:
            return None
        return Address(task.namespace, task.key)

    def _bury(self, cause: Cause) -> None:
        address, pid = self._address, self.worker_pid
        if address is not None and pid is not None:
            do_in_time(_BURY_SECONDS, lambda: self._bury_now(address, pid, cause))

    def _bury_now(self, address: Address, pid: int, cause: Cause) -> None:
        try:
            self.task.executions.current().bury(address, pid, cause)
        except FleetingError as exc:
            _log.warning("the run of %s is left to its lease: %s", address.key, exc)


def _bare(error: Any) -> Any:
    """The error itself: billiard wraps some, to carry what it knows of where they come from."""
    return error.exc if isinstance(error, ExceptionWithTraceback) else error
