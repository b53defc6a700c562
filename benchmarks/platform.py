"""What the task benchmarks know of whoever runs tasks; `platforms` has those who do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .environments import Environment

Count = Callable[[Any, int], int]
"""How many results are stored, asked of a redis-py client as cheaply as can be, given how many
tasks were queued; a constant too many is no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One way to run tasks: its workers, two at a time where they can, and its client."""

    name: str
    pace: int
    """Roughly how many tasks it runs in a second: what its first drain's length is chosen by."""
    worker: tuple[str, ...]
    """The command after `python -m`; `{url}` is the server's."""
    client: str
    """The module whose `open_client` submits."""
    count: Count
    ways: Mapping[str, str] = field(default_factory=dict)
    """Which latencies are measured: the row's subject, and the client's word for the way."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of worker and client; `{url}` is the server's."""
    environment: Environment | None = None
    """Where its library is installed; None: with fleeting."""
    batch: int = 0
    """So many calls are submitted at a time; 0: one by one."""
