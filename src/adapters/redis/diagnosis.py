"""What follows from how a Redis is set up; pure judgements over its own figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...ports.health import Diagnosis

_OLDEST: Final = (6, 2)
"""GETDEL, ZADD GT, XADD MINID and the options of SET that the adapters use came with it."""

_SLOW_MS: Final = 5.0
"""A round trip on the same site takes well under a millisecond; each submission needs three."""

_FULL: Final = 0.8
"""Share of maxmemory from which on an operator should act."""

Facts = Mapping[str, str]
"""Lines of INFO, of CONFIG GET under `config:`, and the commands of users under `acl:`."""


def diagnose(facts: Facts, round_trips_ms: list[float]) -> Iterator[Diagnosis]:
    """One diagnosis for each thing looked at."""
    yield _version(facts)
    yield _eviction(facts)
    yield _memory(facts)
    yield _persistence(facts)
    yield from _default_user(facts)
    yield _latency(round_trips_ms)


def _version(facts: Facts) -> Diagnosis:
    name = facts.get("server_name", "redis")
    text = facts.get("valkey_version") or facts.get("redis_version", "0")
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdecimal())
    if numbers < _OLDEST:
        return Diagnosis("version", "error", f"{name} {text}: 6.2 is the oldest that works")
    return Diagnosis("version", "ok", f"{name} {text}")


def _eviction(facts: Facts) -> Diagnosis:
    policy = facts.get("maxmemory_policy", "unknown")
    if policy == "noeviction":
        return Diagnosis("eviction", "ok", "noeviction: nothing accepted is thrown away")
    return Diagnosis(
        "eviction",
        "error",
        f"maxmemory-policy is {policy}: records and messages may vanish; set noeviction",
    )


def _memory(facts: Facts) -> Diagnosis:
    limit = int(facts.get("maxmemory", "0"))
    used = int(facts.get("used_memory", "0"))
    shown = f"{used / 2**20:.0f} MiB used"
    if limit == 0:
        return Diagnosis(
            "memory", "warning", f"{shown}, no maxmemory: the machine's memory is the limit"
        )
    is_full = used > _FULL * limit
    return Diagnosis(
        "memory", "warning" if is_full else "ok", f"{shown} of {limit / 2**20:.0f} MiB"
    )


def _persistence(facts: Facts) -> Diagnosis:
    if facts.get("aof_enabled") != "1":
        return Diagnosis(
            "persistence",
            "warning",
            "no append-only file: a crash loses what was accepted; set appendonly yes",
        )
    return _SYNCS.get(facts.get("config:appendfsync", ""), _UNKNOWN_SYNC)


_SYNCS: Final = {
    "always": Diagnosis("persistence", "ok", "appendfsync always: a crash loses nothing"),
    "everysec": Diagnosis(
        "persistence", "ok", "appendfsync everysec: a crash loses up to the last second"
    ),
    "no": Diagnosis(
        "persistence", "warning", "appendfsync no: a crash loses what was not written yet"
    ),
}
_UNKNOWN_SYNC: Final = Diagnosis(
    "persistence",
    "warning",
    "an append-only file, but how often it is written may not be looked at: grant +config|get, or "
    "ask who runs the server",
)


def _default_user(facts: Facts) -> Iterator[Diagnosis]:
    """Servers load an append-only file as that user until redis/redis#14545, valkey#3984."""
    rights = facts.get("acl:default")
    if rights is not None and facts.get("aof_enabled") == "1" and not rights.startswith("+@all"):
        yield Diagnosis(
            "default user",
            "warning",
            "it has no rights, and many servers load the append-only file as this user: a restart "
            "may lose what scripts have written; set `user default off ~* &* +@all`",
        )


def _latency(round_trips_ms: list[float]) -> Diagnosis:
    ordered = sorted(round_trips_ms)
    median, worst = ordered[len(ordered) // 2], ordered[-1]
    shown = f"a round trip takes {median:.2f} ms (median of {len(ordered)}), at worst {worst:.2f}"
    if median > _SLOW_MS:
        return Diagnosis("latency", "warning", f"{shown}: far away, or overloaded")
    return Diagnosis("latency", "ok", shown)
