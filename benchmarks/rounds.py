"""Everything once a round, round after round: whatever slows the machine down slows all down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from . import machine, sandbox, submit, tasks, values
from .profile import Profile
from .progress import Progress
from .ratio import spreads
from .ratios import RATIOS
from .report import Findings
from .rows import Measured, collect

BENCHMARKS: Final[Mapping[str, Callable[[Profile], Iterator[Measured]]]] = {
    "tasks": tasks.one_round,
    "values": values.one_round,
    "submit": submit.one_round,
    "sandbox": sandbox.one_round,
}


def run_rounds(profile: Profile, names: Sequence[str], progress: Progress) -> Findings:
    """Measure the benchmarks of these names.

    Raises:
        BenchmarkError: a subject did not do its part.
    """
    facts = machine.facts()
    measured: list[Measured] = []
    for number in range(1, profile.rounds + 1):
        for name in names:
            progress.begin(f"round {number} of {profile.rounds}: {name}")
            for one in BENCHMARKS[name](profile):
                progress.show(one)
                measured.append(one)
            progress.end()
    rows = collect(measured)
    ratios = spreads(RATIOS, rows)
    return Findings(
        date=datetime.now(UTC).date(),
        machine=facts,
        profile=profile.name,
        rounds=profile.rounds,
        ratios={name: spread.median for name, spread in ratios.items()},
        ratio_spreads=ratios,
        rows=rows,
    )
