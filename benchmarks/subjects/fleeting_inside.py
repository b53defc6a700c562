"""A fleeting worker without a sandbox, which no setting allows: shows what the rest costs.

`python -m benchmarks.subjects.fleeting_inside URL` is `fleeting worker --concurrency 1` but for
the isolation: scripts run inside the worker, as a registered Celery task does.
"""

from __future__ import annotations

import sys

from fleeting.adapters.celery.worker import run_worker
from fleeting.entrypoints import logs
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import Settings


def main(url: str) -> int:
    settings = Settings(store=url, isolation="none")
    logs.configure(settings.log_level)
    container = Container(settings=settings)
    return run_worker(
        url=settings.queue_url,
        options=container.queue_options(),
        open_message=container.open_message(),
        make_execution=container.execution,
        pool=settings.worker_pool,
        concurrency=1,
        queues=settings.queues,
        log_level=settings.log_level,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
