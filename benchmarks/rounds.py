"""Everything once a round, round after round: whatever slows the machine down slows all down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Final

from fleeting.domain.errors import FleetingError

from . import enqueue, machine, protection, ratio, sandbox, submit, tasks, values
from .child import BenchmarkError
from .environments import ENVIRONMENTS, Environment, EnvironmentAbsentError
from .findings import Findings
from .profile import Profile
from .progress import Progress
from .ratios import RATIOS
from .rows import Measured, collect
from .step import Session, Step

OneRound = Callable[[Profile], Iterator[Measured]]


def _as_one(name: str, one_round: OneRound) -> Callable[[Session], Iterable[Step]]:
    return lambda session: [Step(name, partial(one_round, session.profile))]


BENCHMARKS: Final[Mapping[str, Callable[[Session], Iterable[Step]]]] = {
    "tasks": tasks.steps,
    "enqueue": enqueue.steps,
    "values": _as_one("values", values.one_round),
    "submit": _as_one("submit", submit.one_round),
    "protection": _as_one("protection", protection.one_round),
    "sandbox": _as_one("sandbox", sandbox.one_round),
}


class Rounds:
    """One run of the benchmarks; what it has found so far can be asked for at any time."""

    def __init__(self, profile: Profile, names: Sequence[str], subjects: Sequence[str]) -> None:
        """Choose the benchmarks by name, and their steps by patterns; no pattern: all."""
        self._profile = profile
        session = Session(profile)
        self._steps = [
            (name, step)
            for name in names
            for step in BENCHMARKS[name](session)
            if not subjects or any(fnmatchcase(step.name, pattern) for pattern in subjects)
        ]
        self._machine = machine.facts()
        self._measured: list[tuple[int, Measured]] = []
        self._absent: dict[str, str] = {}
        self._failed: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many steps there are in all rounds."""
        return len(self._steps) * self._profile.rounds

    def run(self, progress: Progress) -> None:
        """Measure; a subject that fails is noted and does not stop the others."""
        missing = self._missing(progress)
        for number in range(1, self._profile.rounds + 1):
            for name, step in self._steps:
                progress.begin(f"round {number} of {self._profile.rounds}: {name}, {step.name}")
                if step.environment in missing:
                    self._absent[step.name] = missing[step.environment]
                else:
                    self._take(number, f"{name}, {step.name}", step, progress)
                progress.end()

    def findings(self) -> Findings:
        """Everything so far."""
        rows = collect(self._measured)
        return Findings(
            date=datetime.now(UTC).date(),
            machine=self._machine,
            profile=self._profile.name,
            rounds=max((number for number, _ in self._measured), default=0),
            ratios=ratio.found(RATIOS, rows),
            absent=self._absent,
            failed=self._failed,
            rows=rows,
        )

    def _take(self, number: int, name: str, step: Step, progress: Progress) -> None:
        try:
            for one in step.run():
                progress.show(one)
                self._measured.append((number, one))
        except (BenchmarkError, FleetingError) as error:
            self._failed[name] = str(error)
            progress.complain(f"{name} failed: {error}")

    def _missing(self, progress: Progress) -> Mapping[Environment | None, str]:
        """The environments that are not there, and why."""
        wanted = {step.environment for _, step in self._steps}
        missing: dict[Environment | None, str] = {}
        for environment in (one for one in ENVIRONMENTS if one in wanted and not one.ready()):
            try:
                if not self._profile.installs:
                    raise EnvironmentAbsentError(
                        "not installed, which the quick profile never does"
                    )
                environment.install(progress.say)
            except EnvironmentAbsentError as error:
                missing[environment] = str(error)
                progress.complain(f"{environment.name} is absent: {error}")
        return missing
