"""The faults by name, what each needs, and what is promised of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import redis_faults, worker_faults
from .ground import Ground, standalone, with_sentinels, with_users
from .pace import Pace
from .site import Site
from .tally import Tally
from .trap import POINTS
from .worker_faults import killed_at


@dataclass(frozen=True, slots=True)
class Scenario:
    """One fault."""

    act: Callable[[Site, int], None]
    ground: Callable[[Path], AbstractContextManager[Ground]] = standalone
    is_lossless: bool = True
    """Whether nothing may be lost, and no result be taken back."""
    repeats: bool = True
    """Whether a run may be repeated."""
    is_taken_over: bool = False
    """Whether another worker has to find out that one is gone."""

    def play(self, rounds: int, pace: Pace, folder: Path) -> Tally:
        """Have it happen so often; returns what it cost."""
        with self.ground(folder / "server") as ground, Site(ground, pace, folder) as site:
            for number in range(rounds):
                self.act(site, number)
        return site.tally


SCENARIOS: dict[str, Scenario] = {
    **{
        f"worker killed {point}": Scenario(killed_at(point), is_taken_over=True) for point in POINTS
    },
    "pool process killed in run": Scenario(killed_at("in run", "prefork"), is_taken_over=True),
    "worker killed at any moment": Scenario(worker_faults.killed_at_any_moment, is_taken_over=True),
    "worker told to stop": Scenario(worker_faults.told_to_stop, repeats=False),
    "worker told to stop in a long run": Scenario(
        worker_faults.told_to_stop_in_a_long_run, is_taken_over=True
    ),
    "worker stopped in run, resumed": Scenario(worker_faults.stopped_in_run, is_taken_over=True),
    "worker stopped before write, resumed": Scenario(
        worker_faults.stopped_before_write, is_taken_over=True
    ),
    "long run, long countdown, no fault": Scenario(worker_faults.long_and_delayed, repeats=False),
    "Redis refused": Scenario(redis_faults.refused, repeats=False),
    "Redis silent": Scenario(redis_faults.silent, repeats=False),
    "connections cut five times": Scenario(redis_faults.cut, repeats=False),
    "Redis killed, fsync always": Scenario(redis_faults.killed, repeats=False),
    "Redis without power, fsync everysec": Scenario(
        redis_faults.without_power, partial(standalone, fsync="everysec"), is_lossless=False
    ),
    "password rotated": Scenario(redis_faults.password_rotated, with_users),
    "failover by sentinels": Scenario(redis_faults.failed_over, with_sentinels, is_lossless=False),
    "failover by sentinels, min-replicas-to-write 1": Scenario(
        redis_faults.failed_over_with_a_guard, with_sentinels, is_lossless=False
    ),
    "primary killed under sentinels": Scenario(
        redis_faults.primary_killed, with_sentinels, is_lossless=False
    ),
}
