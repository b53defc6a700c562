"""Drain and latency: how fast workers empty a queue, how long a caller waits for one value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from . import measure
from .ground import fresh_ground
from .platform import Platform
from .profile import Profile
from .rows import Measured, Place
from .subjects import sandbox
from .subjects.celery_stock import CeleryStock
from .subjects.fleeting import Fleeting, FleetingInside

_LEAST: Final = 8
"""Fewer tasks than this show no rate at all."""

PLATFORMS: Final[tuple[Platform, ...]] = (
    CeleryStock("celery prefork", pool="prefork", pace=700),
    Fleeting("fleeting fresh", pace=150, has_api=True),
    CeleryStock("celery threads", pool="threads", pace=700),
    Fleeting("fleeting reuse", pace=300, has_api=True, sandbox_reuse="true"),
    CeleryStock("celery solo", pool="solo", pace=700),
    Fleeting("fleeting process", pace=50, isolation="process"),
    CeleryStock("naive exec in celery", pool="prefork", pace=500, is_naive=True),
    FleetingInside("fleeting without sandbox", pace=300),
)


def one_round(profile: Profile) -> Iterator[Measured]:
    """Every platform once, each on a server of its own."""
    for platform in PLATFORMS:
        yield from _measured(platform, profile)
    figures = sandbox.alone(max(profile.drain_seconds, 1))
    yield Measured(Place("drain", "sandbox alone"), figures)


def _measured(platform: Platform, profile: Profile) -> Iterator[Measured]:
    count = max(round(platform.pace * profile.drain_seconds), _LEAST)
    with ExitStack() as stack:
        ground = stack.enter_context(fresh_ground())
        # The queue is full before the workers start: whoever fills it takes no time from them.
        with platform.client(ground) as client:
            client.fill(count)
        workers = stack.enter_context(platform.workers(ground))
        client = stack.enter_context(platform.client(ground))
        yield Measured(Place("drain", platform.name), measure.drain(client.stored, workers, count))
        for name, call in client.calls().items():
            yield Measured(Place("latency", name), measure.latency(call, profile.latency_samples))
