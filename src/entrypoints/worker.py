"""Start a worker: takes tasks from the queue and runs them."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Any

from dependency_injector import providers

from ..domain.errors import InvalidSetting
from . import adapters, audit, logs, runners
from .container import Container
from .credentials import given_back
from .execution import Execution
from .garbage import settle
from .refusals import Refusals, SharedRefusals
from .settings import Settings, load
from .supervisor import Supervisor, worker_commands


def run(
    *,
    processes: int | None = None,
    pool: str | None = None,
    concurrency: int | None = None,
    queues: str | None = None,
    name: str | None = None,
) -> int:
    """Work until SIGTERM or SIGINT; returns the exit code. Arguments of None come from settings.

    Raises:
        ConfigurationError: the settings cannot be, or the isolation that they ask for is not in
            force on this machine.
    """
    settings = load(
        worker_processes=processes,
        worker_pool=pool,
        worker_concurrency=concurrency,
        worker_queues=queues,
    )
    _check_queue(settings)
    logs.configure(settings.log_level)
    audit.configure(settings.audit)
    # All CPUs have a run each, however many processes share them.
    slots = settings.worker_concurrency or max(
        1, (os.cpu_count() or 1) // settings.worker_processes
    )
    if settings.worker_processes > 1:
        commands = worker_commands(
            settings.worker_processes,
            pool=pool,
            concurrency=slots,
            queues=queues,
            name=name,
        )
        return Supervisor(commands).run()
    container = Container(settings=settings)
    container.open_message().check()
    container.policy()  # and what is wrong with the policy
    # Before anything is taken from the queue, and before any pool forks.
    runners.attest(settings)
    close_memory(settings)
    from ..adapters.celery.worker import start_worker

    with given_back():
        return start_worker(
            make_app(container),
            pool=settings.worker_pool,
            concurrency=slots,
            queues=settings.queues,
            name=name,
            log_level=settings.log_level,
        )


def make_app(container: Container) -> Any:
    """Celery's application of a worker, whichever command starts it.

    Raises:
        InvalidSetting: the queue's URL is not one for Celery.
    """
    from ..adapters.celery.worker import make_worker_app

    settings = container.settings()
    options, open_message = container.queue_options(), container.open_message()
    with adapters.set_by(settings.queue_variable):
        return make_worker_app(
            url=settings.queue_url,
            options=options,
            open_message=open_message,
            # Before any pool forks: its processes make their own, and count together.
            make_execution=partial(make_execution, SharedRefusals()),
            visibility=settings.lease,
        )


def _check_queue(settings: Settings) -> None:
    if settings.queue_url.startswith("memory:"):
        raise InvalidSetting(
            "the memory queue lives inside one process, so it has no workers of its own: set "
            "FLEETING_STORE to a Redis server, or use `fleeting run`"
        )
    from ..adapters.celery.broker_url import read_broker_url

    # Here, because each of several processes would say so, and be started again.
    with adapters.set_by(settings.queue_variable):
        read_broker_url(settings.queue_url)


def make_execution(refusals: Refusals | None = None) -> Execution:
    """The worker's half for this process; `refusals` are those of others, too."""
    settings = load()
    close_memory(settings)
    container = Container(settings=settings)
    if refusals is not None:
        container.refusals.override(providers.Object(refusals))
    execution: Execution = container.execution()
    settle()
    return execution


def close_memory(settings: Settings) -> None:
    """Let no other process of this user look into a worker's, unless the operator wants that."""
    if not settings.worker_debuggable and sys.platform == "linux":
        from ..adapters.sandbox.policy import kernel

        kernel.close_memory()
