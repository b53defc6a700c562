"""A Celery worker as `fleeting worker` starts it."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from ...ports.bundles import QueueOptions
from ...usecases.open_message import OpenMessage
from .execution import Execution
from .in_time import do_in_time

if TYPE_CHECKING:
    from celery import Celery

Pool = Literal["threads", "solo", "prefork"]

_CLOSE_WITHIN: Final = timedelta(seconds=1)

_POOLS: Final[dict[Pool, str]] = {
    "threads": "fleeting.adapters.celery.pools:ThreadPool",
    "solo": "fleeting.adapters.celery.pools:SoloPool",
    "prefork": "fleeting.adapters.celery.process_pool:ProcessPool",
}


_VISIBILITY: Final = timedelta(seconds=8)


def run_worker(
    *,
    url: str,
    options: QueueOptions,
    open_message: OpenMessage,
    make_execution: Callable[[], Execution],
    pool: Pool,
    concurrency: int,
    queues: Sequence[str] = (),
    name: str | None = None,
    log_level: str = "info",
    visibility: timedelta = _VISIBILITY,
) -> int:
    """Run a worker in this process until it is told to stop; returns its exit code.

    SIGTERM ends it within ten seconds: it takes nothing more, lets what runs go on for seven
    seconds, then hands the rest back. Call it from the main thread.

    Args:
        url: the broker; see `read_broker_url`.
        options: prefix and name of the queue.
        open_message: tells which messages are tasks; see `usecases.open_message`.
        make_execution: called in this process when the worker is ready, and in each child of a
            prefork pool when its first task comes.
        pool: where tasks run.
        concurrency: how many at a time.
        queues: queues to take from; none: the one in `options`.
        name: the worker's name, `name` or `name@host`, with Celery's `%h`, `%n`, `%d`.
        log_level: least severity that Celery logs.
        visibility: after how long without a sign of life a worker's messages are taken over:
            best one lease, as a message that comes sooner has to wait; three seconds at least.

    Raises:
        InvalidSetting: the URL is not one for Celery.
    """
    app = make_worker_app(
        url=url,
        options=options,
        open_message=open_message,
        make_execution=make_execution,
        visibility=visibility,
    )
    return start_worker(
        app, pool=pool, concurrency=concurrency, queues=queues, name=name, log_level=log_level
    )


def make_worker_app(
    *,
    url: str,
    options: QueueOptions,
    open_message: OpenMessage,
    make_execution: Callable[[], Execution],
    visibility: timedelta = _VISIBILITY,
) -> Celery:
    """Make the application of a worker, ready to run `fleeting.run`; see `run_worker`."""
    treat_sigterm_as_soft_shutdown()
    from .app import LEAST_VISIBILITY, make_app
    from .task import serve

    app = make_app(
        url,
        prefix=options.prefix,
        queue=options.name,
        visibility=max(visibility, LEAST_VISIBILITY),
        canvas=True,
        find_credentials=options.find_credentials,
    )
    serve(app, make_execution, open_message)
    return app


def start_worker(
    app: Celery,
    *,
    pool: Pool,
    concurrency: int,
    queues: Sequence[str] = (),
    name: str | None = None,
    log_level: str = "info",
) -> int:
    """Run a worker of an application that `make_app` made and `serve` prepared: `run_worker`."""
    treat_sigterm_as_soft_shutdown()
    from celery.exceptions import SecurityWarning

    from .program import Worker

    with warnings.catch_warnings():
        # Celery warns of being root, on ten lines, and advises an option that is not there: its
        # tasks would be root too. Scripts are not, and what they run as is proven before.
        warnings.simplefilter("ignore", SecurityWarning)
        worker: Any = Worker(
            app=app,
            hostname=_node_name(name),
            pool_cls=_POOLS[pool],
            concurrency=concurrency,
            queues=list(queues) or None,
            loglevel=log_level.upper(),
            quiet=True,
        )
    worker.start()
    _close(app)
    exitcode = 0 if _was_told_to_stop() else (worker.exitcode or 0)
    if _has_threads_left():
        _leave(exitcode)
    return exitcode


def treat_sigterm_as_soft_shutdown() -> None:
    """Have Celery's workers in this process answer SIGTERM as they answer SIGQUIT.

    Celery looks at the variable when its worker modules are imported. An operator's own choice
    stands.
    """
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")


def _close(app: Any) -> None:
    """Close within a second: with the store away it could take longer, and the platform kills."""
    do_in_time(_CLOSE_WITHIN.total_seconds(), app.tasks["fleeting.run"].executions.close)


def _node_name(name: str | None) -> str:
    from celery.utils.nodenames import default_nodename, host_format

    name = name or "fleeting"
    return host_format(default_nodename(name if "@" in name else f"{name}@%h"))


def _was_told_to_stop() -> bool:
    """Whether the end was asked for, whatever Celery stumbles over on the way out."""
    from celery.worker import state

    return (state.should_stop, state.should_terminate) != (None, None)


def _has_threads_left() -> bool:
    """Whether tasks still run in threads, which Python would wait for."""
    return any(
        not thread.daemon and thread is not threading.main_thread()
        for thread in threading.enumerate()
    )


def _leave(exitcode: int) -> None:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exitcode)
