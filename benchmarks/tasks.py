"""Drain and latency: how fast workers empty a queue, how long a caller waits for one value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import Final

import redis

from . import measure
from .child import BenchmarkError, Child
from .driver import Driver, python_of, variables_of
from .ground import Ground, fresh_ground
from .measure import WARM_UP, Drained, in_milliseconds
from .paces import Paces
from .platform import Platform
from .platforms import PLATFORMS
from .profile import Profile
from .rows import Measured, Place
from .step import Session, Step
from .subjects import sandbox

IDLE: Final = "idle"
HALF_LOAD: Final = "half load"

_PAUSE: Final = 0.005
"""Seconds between two calls beside the load, so that they add little to it."""

_MANY: Final = 1_000_000
"""Samples: as many as the time allows."""


def one_subject(platform: Platform, profile: Profile, paces: Paces) -> Iterator[Measured]:
    """Drain, then the latencies of workers that are idle, then those beside half a load."""
    count = paces.count(platform, profile.drain_seconds)
    with ExitStack() as stack:
        ground = stack.enter_context(fresh_ground())
        client = stack.enter_context(Driver(platform, ground))
        # The queue is full before the workers start: whoever fills it takes no time from them.
        client.fill(count)
        found = _drained(stack, platform, ground, count)
        paces.note(platform, found["tasks_per_second"])
        yield Measured(Place("drain", platform.name), found)
        yield from _idle(client, platform, profile)
        if platform.ways:
            other = stack.enter_context(Driver(platform, ground, name="load"))
            yield from _loaded(client, other, platform, profile, paces.half_load(platform))


def sandbox_alone(profile: Profile) -> Iterator[Measured]:
    """What every fresh run costs at least."""
    figures = sandbox.alone(max(profile.drain_seconds, 1))
    yield Measured(Place("drain", "sandbox alone"), figures)


def steps(session: Session) -> Iterator[Step]:
    """Every platform once, each on a server of its own."""
    for platform in PLATFORMS:
        yield Step(
            platform.name,
            partial(one_subject, platform, session.profile, session.paces),
            platform.environment,
        )
    yield Step("sandbox alone", partial(sandbox_alone, session.profile))


def _drained(stack: ExitStack, platform: Platform, ground: Ground, count: int) -> measure.Figures:
    server = stack.enter_context(closing(redis.Redis.from_url(ground.url)))
    queue = Drained(server, count, platform.count)
    worker = Child(
        [part.format(url=ground.url) for part in platform.worker],
        log=ground.logs / "worker.log",
        environment=variables_of(platform, ground),
        python=python_of(platform),
    )
    return measure.drain(queue, stack.enter_context(worker))


def _idle(client: Driver, platform: Platform, profile: Profile) -> Iterator[Measured]:
    for name, way in platform.ways.items():
        times = client.latency(
            way, samples=profile.latency_samples, seconds=profile.latency_seconds
        )
        yield Measured(Place("latency", name, IDLE), _latency(times))


def _loaded(
    client: Driver, other: Driver, platform: Platform, profile: Profile, rate: float
) -> Iterator[Measured]:
    # So that it has started, and has its connections, when the first call is timed.
    other.fill(WARM_UP)
    for name, way in platform.ways.items():
        other.begin_load(rate)
        times = client.latency(way, samples=_MANY, seconds=profile.latency_seconds, pause=_PAUSE)
        kept = {"load_per_second": other.end_load()}
        yield Measured(Place("latency", name, HALF_LOAD), _latency(times) | kept)


def _latency(times: list[float]) -> dict[str, float]:
    if not times:
        raise BenchmarkError("no call was answered")
    return in_milliseconds(times) | {"samples": len(times)}
