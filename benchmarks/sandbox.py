"""One run in the sandbox, without queue and store, beside a Python process started for the job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Final

import psutil

from fleeting.entrypoints.settings import Settings

from .child import cpu_seconds
from .measure import WARM_UP, Figures, in_milliseconds
from .profile import Profile
from .rows import Measured, Place
from .sandbox_ratios import LARGE, has_libraries
from .subjects import fork_exec, python_process
from .subjects.sandbox import Sandbox

Run = Callable[[], object]

_TURN: Final = 30
"""Runs of one subject before the next one's: a worker that has work goes from run to run too."""

_PAUSE: Final = 0.005
"""Seconds before a run from the pool, so that it is one: the pool is full again."""

_RUNS: Final = 4
"""So many times the samples are run in a row: processor time is counted in 1/100 s."""


def one_round(profile: Profile) -> Iterator[Measured]:
    """Single runs of all subjects in turn; then what runs in a row cost."""
    with ExitStack() as stack:

        def runs_of(*, reuse: bool = False, **settings: object) -> Run:
            given = Settings.model_validate(settings)
            return stack.enter_context(closing(Sandbox(given, reuse=reuse))).run

        fresh, reuse = runs_of(sandbox_warm=0), runs_of(sandbox_warm=0, reuse=True)
        subjects: dict[str, Run] = {
            "subprocess, -c pass": python_process.start,
            "subprocess, the same job": python_process.do_the_job,
            "fresh": fresh,
            "warm": runs_of(),
            "reuse": reuse,
        }
        if has_libraries():
            subjects[LARGE] = runs_of(sandbox_preimport="numpy,pandas")
        for name, times in _in_turn(subjects, profile.latency_samples).items():
            yield Measured(Place("sandbox", name), in_milliseconds(times))
        many = _RUNS * profile.latency_samples
        yield Measured(Place("sandbox", "fresh, in a row"), _cost(fresh, many))
        yield Measured(Place("sandbox", "reuse, in a row"), _cost(reuse, many))
    for name, seconds in fork_exec.costs(many).items():
        yield Measured(Place("sandbox", name), {"cpu_us_per_run": seconds * 1e6})


def _in_turn(subjects: Mapping[str, Run], samples: int) -> Mapping[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for run in subjects.values():
        for _ in range(WARM_UP):
            run()
    for _ in range(-(-samples // _TURN)):
        for name, run in subjects.items():
            pause = _PAUSE if name.startswith("warm") else 0
            times[name] += [_timed(run, pause) for _ in range(_TURN)]
    return times


def _timed(run: Run, pause: float) -> float:
    time.sleep(pause)
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _cost(run: Run, count: int) -> Figures:
    """Processor time of this process and all below it."""
    me = psutil.Process()
    cpu = cpu_seconds(me)
    for _ in range(count):
        run()
    # What follows a run need not have been done before the next one.
    time.sleep(_PAUSE)
    return {"cpu_us_per_run": (cpu_seconds(me) - cpu) / count * 1e6}
