"""Retrieval: all values of a function, from Redis and over HTTP, among few and many other keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .ground import fresh_ground
from .http_servers import both
from .load import Call
from .platform import Ground
from .profile import Profile
from .rows import Measured, Place
from .subjects import fetch, quotes

CONNECTIONS: Final = (1, 16)

_FLEETING: Final = Call("GET", f"/functions/{quotes.FUNCTION}/values")
_PLAIN: Final = Call("GET", "/values")


def one_round(profile: Profile) -> Iterator[Measured]:
    """Every size of the keyspace once, on a server of its own."""
    for foreign_keys in profile.foreign_keys:
        with fresh_ground() as ground:
            quotes.store(ground.url, foreign_keys=foreign_keys)
            among = f"among {foreign_keys:,} keys"
            yield from _from_redis(ground, among, profile)
            yield from _over_http(ground, among, profile)


def _from_redis(ground: Ground, among: str, profile: Profile) -> Iterator[Measured]:
    # Reads take a fraction of a millisecond, so that many are needed, and cost nothing.
    samples = 4 * profile.latency_samples
    port = fetch.through_port(ground.url, samples)
    yield Measured(Place("values", "fleeting's port", among), port)
    yield Measured(Place("values", "bare redis-py", among), fetch.bare(ground.url, samples))


def _over_http(ground: Ground, among: str, profile: Profile) -> Iterator[Measured]:
    with both(ground) as (fleeting, plain):
        for connections in CONNECTIONS:
            case = f"{among}, {connections} connection{'s' * (connections > 1)}"
            for name, server, call in (
                ("fleeting over http", fleeting, _FLEETING),
                ("fastapi response_model", plain, _PLAIN),
            ):
                figures = server.load(call, connections=connections, seconds=profile.load_seconds)
                yield Measured(Place("values", name, case), figures)
