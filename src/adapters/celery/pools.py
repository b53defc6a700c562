"""Celery's pools without processes of their own, made to survive what the stock ones do not.

They share the worker's slots with the lane.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from billiard.einfo import ExceptionInfo
from celery.concurrency.base import apply_target
from celery.concurrency.solo import TaskPool as StockSoloPool
from celery.concurrency.thread import ApplyResult  # type: ignore[attr-defined]  # not in the stubs
from celery.concurrency.thread import TaskPool as StockThreadPool

from ...domain.errors import MalformedMessage

if TYPE_CHECKING:
    from .lane.board import Board
    from .lane.loans import Loan
    from .lane.loop_calls import LoopCalls

_log: Final = logging.getLogger(__name__)


Run = Callable[[], Any]


@runtime_checkable
class SharingPool(Protocol):
    """Runs no more at once than a lane beside it and itself may run together."""

    def share(self, board: Board, calls: LoopCalls) -> None:
        """Borrow a slot of the board for each run; `calls` reaches the main thread."""
        ...

    def forget(self) -> None:
        """Drop what has not begun: the connection is closing, and its messages go back."""
        ...


class ThreadPool(StockThreadPool):
    """`worker_pool`: as Celery's threads, but no message can block one, and it stops in time.

    A cold shutdown does not wait for threads: what they run is handed back to the queue, and they
    end with the process, see `worker.start_worker`.
    """

    executor: ThreadPoolExecutor
    _board: Board | None = None

    def share(self, board: Board, calls: LoopCalls) -> None:
        self._board = board

    def forget(self) -> None:
        """Nothing: as Celery's own, threads run what they were given."""

    def on_apply(
        self,
        target: Callable[..., Any],
        args: Any = None,
        kwargs: Any = None,
        callback: Any = None,
        accept_callback: Any = None,
        **_: Any,
    ) -> Any:
        run = partial(apply_target, _guarded(target), args, kwargs, callback, accept_callback)
        return ApplyResult(self.executor.submit(self._run_in_a_slot, run))

    def _run_in_a_slot(self, run: Run) -> None:
        if self._board is None:
            run()
            return
        with self._board.lent():
            run()

    def on_stop(self) -> None:
        from celery.worker import state

        if getattr(state, "should_terminate", None):  # the stubs say that it is always None
            self.executor.shutdown(wait=False, cancel_futures=True)
        else:
            super().on_stop()


class SoloPool(StockSoloPool):
    """`worker_pool`: as Celery's solo, but no message can end the worker.

    What comes while the lane runs something waits for that, and the worker does not stand still.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shared: tuple[Board, LoopCalls] | None = None
        self._waiting: list[Run] = []

    def share(self, board: Board, calls: LoopCalls) -> None:
        self._shared = board, calls

    def forget(self) -> None:
        self._waiting.clear()

    def apply_async(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        run = partial(super().apply_async, _guarded(target), *args, **kwargs)
        if self._shared is None:
            return run()
        board, calls = self._shared
        self._waiting.append(run)
        board.ask(lambda loan: calls.add(lambda: self._run_in_a_slot(board, loan, run)))
        return None

    def _run_in_a_slot(self, board: Board, loan: Loan, run: Run) -> None:
        try:
            if run in self._waiting:
                self._waiting.remove(run)
                run()
        finally:
            board.end(loan)


def _guarded(target: Callable[..., Any]) -> Callable[..., Any]:
    """Celery's tracer, which reports what a task raises, but raises itself over some messages."""

    def trace(*args: Any, **kwargs: Any) -> Any:
        try:
            return target(*args, **kwargs)
        except Exception as exc:  # noqa: BLE001 - nobody else would notice
            _log.error("dropped a message that Celery cannot run (%s)", type(exc).__name__)
            return 1, _failure(), 0.0

    return trace


def _failure() -> ExceptionInfo:
    try:
        raise MalformedMessage("Celery cannot run this message")
    except MalformedMessage:
        return ExceptionInfo()
