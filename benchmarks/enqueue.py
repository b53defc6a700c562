"""Submission from Python: one process that queues tasks, one by one and many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from .driver import Driver
from .ground import fresh_ground
from .platform import Platform
from .platforms import BATCH, PLATFORMS
from .profile import Profile
from .rows import Measured, Place
from .step import Session, Step

SINGLE: Final = "single"
BATCHED: Final = f"batches of {BATCH}"

_PACE: Final = 500
"""Tasks a second that even the slowest submits; the first thousand warm up nobody further."""

_WARM_UP: Final = 20

_SUBJECTS: Final = {
    "celery prefork": "celery",
    "fleeting reuse": "fleeting",
    "fleeting reuse, unsigned": "fleeting unsigned",
    "taskiq list": "taskiq list",
    "taskiq stream": "taskiq stream",
    "dramatiq": "dramatiq",
    "huey threads": "huey",
    "rq simple": "rq",
    "arq": "arq",
    "bare redis-py, one by one": "bare redis-py",
}
"""One platform for each client, and the row's subject: what works does not matter here."""

_HAS_BATCH: Final = frozenset(_SUBJECTS.values()) - {"dramatiq", "huey"}
"""Those libraries that offer anything for many."""


def steps(session: Session) -> Iterator[Step]:
    """Every client once, each on servers of its own."""
    for platform in PLATFORMS:
        if name := _SUBJECTS.get(platform.name):
            yield Step(
                name, partial(_one_subject, name, platform, session.profile), platform.environment
            )


def _one_subject(name: str, platform: Platform, profile: Profile) -> Iterator[Measured]:
    count = round(_PACE * profile.drain_seconds)
    yield _measured(Place("enqueue", name, SINGLE), platform, count)
    if name in _HAS_BATCH:
        yield _measured(Place("enqueue", name, BATCHED), replace(platform, batch=BATCH), 2 * count)


def _measured(place: Place, platform: Platform, count: int) -> Measured:
    with fresh_ground() as ground, Driver(platform, ground) as client:
        client.fill(_WARM_UP)
        return Measured(place, client.fill(count))
