"""A worker program for fault tests: fleeting's own, with adapters that are trapped.

Started as a module with one JSON argument: point, hit, sprung, signal, pool, concurrency,
soft_shutdown_seconds, name. Its settings come from the environment, as an operator gives them.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

from dependency_injector import providers

from fleeting.adapters.celery.worker import make_worker_app, start_worker
from fleeting.entrypoints import logs
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.execution import Execution
from fleeting.entrypoints.settings import load

from .trap import Trap, TrappedRunner, TrappedWriter


def main() -> int:
    options = json.loads(sys.argv[1])
    settings = load()
    logs.configure(settings.log_level)
    trap = Trap(
        options["point"],
        hit=options["hit"],
        sprung=Path(options["sprung"]),
        number=signal.Signals(options["signal"]),
    )

    def make_execution() -> Execution:
        container = Container(settings=settings)
        results = container.results()
        writer = TrappedWriter(results.writer, trap)
        container.results.override(providers.Object(replace(results, writer=writer)))
        container.runner.override(providers.Object(TrappedRunner(container.runner(), trap)))
        return container.execution()

    container = Container(settings=settings)
    app = make_worker_app(
        url=settings.queue_url,
        options=container.queue_options(),
        open_message=container.open_message(),
        make_execution=make_execution,
        visibility=settings.lease,
    )
    app.conf.worker_soft_shutdown_timeout = options["soft_shutdown_seconds"]
    return start_worker(
        app, pool=options["pool"], concurrency=options["concurrency"], name=options["name"]
    )


if __name__ == "__main__":
    sys.exit(main())
