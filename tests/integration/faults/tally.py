"""What rounds of faults have cost, and how that is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

HEADER = (
    "| fault | rounds | tasks | lost | doubled effects | repeated runs | late writes refused "
    "| all begun again after (median) | at most |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(slots=True)
class Tally:
    """Counts over rounds of one fault."""

    rounds: int = 0
    tasks: int = 0
    """Accepted: whoever submitted was told yes."""
    lost: int = 0
    """Accepted, but without the result that they should have."""
    doubled: int = 0
    """Tasks that ended twice, or whose value changed after it was seen, or is another's."""
    repeated: int = 0
    """Runs beyond the first of a task, counted by what they leave outside."""
    late: int = 0
    """Results that came after somebody else had taken over, and were refused."""
    seconds: list[float] = field(default_factory=list)
    """For each round, from the fault until the last task accepted before it was (again) begun."""

    def row(self, name: str) -> str:
        """A line of the table under `HEADER`."""
        times = (
            (f"{median(self.seconds):.1f} s", f"{max(self.seconds):.1f} s")
            if self.seconds
            else ("-", "-")
        )
        counts = (self.rounds, self.tasks, self.lost, self.doubled, self.repeated, self.late)
        return f"| {name} | {' | '.join(map(str, counts))} | {' | '.join(times)} |"
