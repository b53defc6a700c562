"""Everybody who runs tasks here: fleeting in its modes, Celery, the other queues, the limit."""

from __future__ import annotations

from typing import Any, Final

from .environments import ARQ, PEERS
from .peers.server import VARIANT
from .platform import Platform
from .subjects.celery_stock import NAIVE
from .subjects.fleeting_api import COMMAND
from .subjects.fleeting_client import HTTP, PYTHON

BATCH: Final = 100
"""Calls in one batch."""


def _all_keys(client: Any, _: int) -> int:
    # Each result is a key; beside them come a handful of the library's own.
    return int(client.dbsize())


def _celery(name: str, worker: tuple[str, ...], *, pace: int = 700, variant: str = "") -> Platform:
    return Platform(
        name=name,
        pace=pace,
        worker=worker,
        client="benchmarks.subjects.celery_stock",
        count=_all_keys,
        ways={name: "stock"},
        variables={VARIANT: variant},
    )


def _celery_worker(pool: str) -> tuple[str, ...]:
    module = "benchmarks.subjects.celery_worker"
    return (module, "{url}", "--pool", pool, "--concurrency", "2")


def _live_values(client: Any, _: int) -> int:
    # The live values of the function, as docs/reference/keys.md has it.
    return int(client.zcard("{add}:live"))


_FLEETING: Final = (COMMAND, "worker", "--processes", "2", "--concurrency", "1")
_UNSIGNED: Final = {"sandbox_reuse": "true", "signing_key": "", "accept_unsigned": "true"}
_INSIDE: Final = ("benchmarks.peers.several", "2", "benchmarks.subjects.fleeting_inside", "{url}")


def _fleeting(
    name: str,
    pace: int,
    *,
    worker: tuple[str, ...] = _FLEETING,
    batch: int = 0,
    has_api: bool = True,
    has_ways: bool = True,
    **own: str,
) -> Platform:
    over_http = {f"{name} over http": HTTP} if has_api else {}
    settings = {f"FLEETING_{key.upper()}": value for key, value in own.items()}
    return Platform(
        name=name,
        pace=pace,
        worker=worker,
        client="benchmarks.subjects.fleeting_client",
        count=_live_values,
        ways={name: PYTHON, **over_http} if has_ways and not batch else {},
        variables={"FLEETING_STORE": "{url}", **settings},
        batch=batch,
    )


def _taskiq(name: str, variant: str) -> Platform:
    app = "benchmarks.peers.taskiq_app"
    return Platform(
        name=name,
        pace=2500,
        worker=("taskiq", "worker", f"{app}:broker", "--workers", "2"),
        client=app,
        count=_all_keys,
        ways={name: "stock", f"{name}, polling": "polling"},
        variables={VARIANT: variant},
        environment=PEERS,
    )


def _dramatiq(name: str, variant: str, *options: str) -> Platform:
    app = "benchmarks.peers.dramatiq_app"
    return Platform(
        name=name,
        pace=3500,
        worker=("dramatiq", app, *options),
        client=app,
        count=_all_keys,
        ways={name: "stock"},
        # By default two messages a thread are fetched ahead, and one thread waits for the next two.
        variables={VARIANT: variant, **({"dramatiq_queue_prefetch": "1000"} if variant else {})},
        environment=PEERS,
    )


def _huey(name: str, *options: str) -> Platform:
    app = "benchmarks.peers.huey_app"
    return Platform(
        name=name,
        pace=3000,
        worker=("huey.bin.huey_consumer", f"{app}.huey", *options),
        client=app,
        count=lambda client, _: int(client.hlen("huey.results.benchmark")),
        ways={name: "stock", f"{name}, polling": "polling"},
        environment=PEERS,
    )


def _rq(name: str, pace: int, *options: str) -> Platform:
    return Platform(
        name=name,
        pace=pace,
        worker=(
            *("benchmarks.peers.several", "2"),
            *("rq.cli", "worker", "--url", "{url}", "--path", ".", *options),
        ),
        client="benchmarks.peers.rq_app",
        count=lambda client, _: int(client.zcard("rq:finished:default")),
        ways={name: "stock"},
        environment=PEERS,
    )


def _arq(name: str, pace: int, settings: str, processes: int) -> Platform:
    app = "benchmarks.peers.arq_app"
    return Platform(
        name=name,
        pace=pace,
        worker=("benchmarks.peers.several", str(processes), "arq", f"{app}.{settings}"),
        client=app,
        # A job leaves the queue with the command that stores its result.
        count=lambda client, filled: filled - int(client.zcard("arq:queue")),
        ways={name: "polling" if settings == "Tuned" else "stock"},
        environment=ARQ,
    )


def _bare(name: str, *, batch: int = 0) -> Platform:
    app = "benchmarks.peers.bare_app"
    return Platform(
        name=name,
        pace=15_000,
        worker=("benchmarks.peers.several", "2", app),
        client=app,
        count=lambda client, _: int(client.zcard("live")),
        ways={} if batch else {name: "stock"},
        batch=batch,
    )


CELERY: Final = _celery("celery prefork", _celery_worker("prefork"))
"""Whom everybody is compared with; measured first, because half its rate is everybody's load."""

_SOLO_TWICE: Final = ("benchmarks.peers.several", "2", *_celery_worker("solo"))

PLATFORMS: Final[tuple[Platform, ...]] = (
    CELERY,
    _fleeting("fleeting fresh", 200),
    _fleeting("fleeting fresh, none waiting", 150, has_api=False, sandbox_warm="0"),
    _fleeting("fleeting reuse", 2000, sandbox_reuse="true"),
    _fleeting("fleeting reuse, in batches", 4000, batch=BATCH, sandbox_reuse="true"),
    _fleeting("fleeting reuse, unsigned", 2200, has_ways=False, **_UNSIGNED),
    _fleeting("fleeting reuse, unsigned, in batches", 4000, batch=BATCH, **_UNSIGNED),
    _fleeting("fleeting process", 60, has_api=False, isolation="process"),
    _fleeting("fleeting without sandbox", 2000, has_api=False, worker=_INSIDE),
    _celery("celery threads", _celery_worker("threads")),
    _celery("celery solo", _celery_worker("solo")),
    _celery("celery solo, two processes", _SOLO_TWICE, pace=1400),
    _celery("naive exec in celery", _celery_worker("prefork"), pace=500, variant=NAIVE),
    _taskiq("taskiq list", "list"),
    _taskiq("taskiq stream", "stream"),
    _dramatiq("dramatiq", "", "-p", "2", "-t", "8"),
    _dramatiq("dramatiq lean", "lean", "-p", "2", "-t", "1"),
    _huey("huey threads", "-w", "1"),
    _huey("huey processes", "-k", "process", "-w", "2"),
    _rq("rq fork", 40),
    _rq("rq simple", 500, "--worker-class", "rq.worker.SimpleWorker"),
    _arq("arq", 190, "Stock", 1),
    _arq("arq tuned", 1400, "Tuned", 2),
    _bare("bare redis-py", batch=BATCH),
    _bare("bare redis-py, one by one"),
)
