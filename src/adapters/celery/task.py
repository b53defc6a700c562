"""`fleeting.run`, the one Celery task: read the message, call the use case, say what comes next."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from celery import Celery, Task
from celery.exceptions import Reject
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from ...domain.chunk import CALLS, calls_in
from ...domain.errors import FleetingError, MalformedMessage
from ...domain.message import malformed
from ...domain.task import Task as AcceptedTask
from ...usecases.execute import Again
from ...usecases.open_message import OpenMessage
from .call_repr import ARGSREPR, describe_call
from .execution import Execution, Executions

_log: Final = logging.getLogger(__name__)

NAME: Final = "fleeting.run"

_LONGEST_PAUSE: Final = timedelta(minutes=1)


class RunTask(Task[Any, str]):
    """What it returns, raises and logs names the task and never shows source, parameters or value.

    Celery's own limit on retries is off: `max_attempts` counts runs, in the record.
    """

    name = NAME
    Strategy = "fleeting.adapters.celery.lane.strategy:default"
    Request = "fleeting.adapters.celery.request:RunRequest"
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    max_retries = None
    serializer = "json"
    typing = False
    throws = (MalformedMessage,)

    trouble_seconds = 1.0
    """Pause before a message goes back that could not be delayed, so that it does not spin."""

    def __init__(self, executions: Executions, open_message: OpenMessage) -> None:
        self.executions = executions
        self.open_message = open_message
        self._reader = open_message.reader()

    def run(self, *args: Any, **kwargs: Any) -> str:
        task = self._read(args, kwargs)
        try:
            outcome = self.executions.current().run(task)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the message must not be lost
            raise self._after_trouble(task, exc) from None
        if isinstance(outcome, Again):
            raise self._again(task, outcome.delay)
        return task.key

    def read(self, call: Mapping[str, Any]) -> AcceptedTask:
        """The task in the keyword arguments of a message; for one thread.

        Raises:
            MalformedMessage: there is none, or none that is trusted.
        """
        return self._reader(call)

    def deliver_again(self, request: Any, task: AcceptedTask, outcome: Again | Exception) -> bool:
        """Queue the message of a request once more, to come after a delay.

        Returns:
            False if it could not be delayed: then it has to go back as it is.
        """
        # Celery's retry takes all that it repeats from the request in hand.
        self.push_request(
            request._request_dict,  # noqa: SLF001 - as Celery's tracer
            args=(),
            kwargs=request.message.payload[1],
            called_directly=False,
        )
        try:
            if isinstance(outcome, Again):
                published = self._again(task, outcome.delay)
            else:
                published = self._after_trouble(task, outcome)
        finally:
            self.pop_request()
        return not isinstance(published, Reject)

    def apply_async(self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Any:
        """Publish, by whatever way: retries and canvas must not fall back to Celery's own reprs."""
        shown: dict[str, Any] = {"argsrepr": ARGSREPR, "kwargsrepr": describe_call(kwargs)}
        if options.get("chord") is not None:
            # A chord with groups in its header joins what each of their tasks has stored.
            shown["ignore_result"] = False
        return super().apply_async(args, kwargs, *rest, **{**options, **shown})

    def _read(self, args: Sequence[Any], kwargs: dict[str, Any]) -> AcceptedTask:
        try:
            if args:
                raise malformed(kwargs, "it takes keyword arguments only")
            return self.open_message(kwargs)
        except MalformedMessage as exc:
            self._refuse_calls(kwargs)
            _log.error("dropped a message %s: %s", describe_call(kwargs), exc.message)
            self.refuse(exc)
            raise

    def _refuse_calls(self, kwargs: Mapping[str, Any]) -> None:
        """Of a chunk that came here: workers take one apart, unless there is a canvas on it."""
        with suppress(MalformedMessage):
            for call in calls_in(kwargs) if CALLS in kwargs else ():
                self.refuse(malformed(call, "many calls in one message go without a canvas"))

    def refuse(self, error: MalformedMessage) -> None:
        """Tell who waits for the task; the message is dropped, whether that succeeds or not."""
        try:
            if self.executions.current().refuse(error) and error.address is not None:
                _log.error("%s has failed: its message cannot be run", error.address.key)
        except Exception as exc:  # noqa: BLE001 - its record ends as lost by its deadline
            _log.error("the task of a dropped message stays open: %s", type(exc).__name__)

    def _after_trouble(self, task: AcceptedTask, exc: Exception) -> Exception:
        # The message of a foreign exception may quote what it choked on.
        reason = exc.message if isinstance(exc, FleetingError) else "see where it was raised"
        _log.error(
            "%s could not be run: %s, %s\n%s",
            task.key,
            type(exc).__name__,
            reason,
            "".join(traceback.format_tb(exc.__traceback__)),
        )
        doubled = timedelta(seconds=2 ** min(self.request.retries, 6))
        return self._again(task, min(doubled, _LONGEST_PAUSE))

    def _again(self, task: AcceptedTask, delay: timedelta) -> Exception:
        """Queue the message once more; the exception tells Celery what became of this one."""
        try:
            return self.retry(countdown=delay.total_seconds(), throw=False)
        except Reject as exc:
            # Celery would drop the message that it could not publish again.
            _log.warning("%s could not be delayed, it goes back at once: %s", task.key, exc)
            time.sleep(self.trouble_seconds)
            return Reject(f"{task.key} could not be delayed", requeue=True)


def serve(app: Celery, make_execution: Callable[[], Execution], open_message: OpenMessage) -> None:
    """Have workers of `app` run `fleeting.run` with executions made by `make_execution`.

    What messages say is read by `open_message`.

    It is called in the worker's main process when the worker is ready, which shows it, and in each
    child of a pool when that begins, because a claim is judged by how long the store has answered
    this process. What it made is closed when such a child ends; a worker has to close that of its
    main process itself.
    """

    class OwnRunTask(RunTask):
        """Celery binds the class, not the task, to an application: each gets its own."""

    executions = Executions(make_execution)
    app.register_task(OwnRunTask(executions, open_message))

    def begin(**_: object) -> None:
        executions.current()

    def close(**_: object) -> None:
        executions.close()

    def announce(sender: Any, **_: object) -> None:
        from celery.concurrency.prefork import TaskPool

        if sender.app is app:
            executions.announce(runs_tasks=not isinstance(sender.pool, TaskPool))

    worker_process_init.connect(begin, weak=False)
    worker_process_shutdown.connect(close, weak=False)
    worker_ready.connect(announce, weak=False)
