"""The application for Celery's own commands: `celery -A fleeting.entrypoints.celery_app …`.

For those who know Celery: `inspect`, `control`, `events`, `purge`, and `worker` with all of its
options. `fleeting worker` is the same worker with pools of fleeting's own, which no message can
block and which stop in time; Celery's own waits for all runs at SIGTERM, unless
`REMAP_SIGTERM=SIGQUIT` is in its environment.
"""

from __future__ import annotations

from functools import cache

from .container import Container
from .settings import load
from .worker import make_execution


def __getattr__(name: str) -> object:
    """`app`, made from the settings when it is first asked for."""
    if name == "app":
        return _make()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _make() -> object:
    from ..adapters.celery.worker import make_worker_app

    settings = load()
    container = Container(settings=settings)
    return make_worker_app(
        url=settings.queue_url,
        options=container.queue_options(),
        open_message=container.open_message(),
        make_execution=make_execution,
        visibility=settings.lease,
    )
