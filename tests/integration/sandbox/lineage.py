"""Who comes from a process."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """All processes below it, whoever of its threads has started them."""
    below: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = file.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            # It has ended meanwhile.
            continue
        for child in map(int, children):
            below += [child, *descendants(child)]
    return below
