"""The plan that lists functions with live values, by the clock of Redis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...ports.result_store import FunctionSummary
from .commands import Plan, command
from .keyspace import Keyspace


def functions(space: Keyspace, namespace: str) -> Plan[list[FunctionSummary]]:
    """Functions by name, in two round trips.

    Asking Redis for its time is no right of a mere reader. But each set lives as long as its
    last member, so what is left of its life tells the time.
    """
    names_key = space.functions(namespace)
    scored, life_left = yield [
        command("ZRANGE", names_key, 0, -1, "WITHSCORES"),
        command("PTTL", names_key),
    ]
    if not scored or life_left < 0:
        return []
    now_ms = math.ceil(scored[-1][1]) - life_left
    names = sorted(name.decode() for name, score in scored if score > now_ms)
    live = [space.live(namespace, name) for name in names]
    replies = yield [
        *(command("ZCOUNT", key, f"({now_ms}", "+inf") for key in live),
        *(command("ZRANGE", key, 0, 0, "REV") for key in live),
    ]
    found = zip(names, replies[: len(live)], replies[len(live) :], strict=True)
    # The last value may have gone between the two answers.
    return [_summary(*one) for one in found if one[1] and one[2]]


def _summary(name: str, count: int, newest: Sequence[bytes]) -> FunctionSummary:
    return FunctionSummary(name, count, newest[0].decode())
