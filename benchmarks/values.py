"""Retrieval: all values of a function, from Redis and over HTTP, among few and many other keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .ground import Ground, fresh_ground
from .http_servers import both
from .load import Call
from .profile import Profile
from .rows import Measured, Place
from .subjects import fetch, quotes

USUAL_VALUES: Final = 100
USUAL_CONNECTIONS: Final = 16
"""The case of the ratios; it alone is measured among every number of foreign keys."""


def case(values: int, foreign_keys: int, connections: int = 0) -> str:
    """The name of a case; without connections that of a read from Redis."""
    among = f"{values:,} among {foreign_keys:,} keys"
    plural = "s" * (connections > 1)
    return f"{among}, {connections} connection{plural}" if connections else among


def one_round(profile: Profile) -> Iterator[Measured]:
    """Every size of the keyspace once, on a server of its own."""
    for foreign_keys in profile.foreign_keys:
        with fresh_ground() as ground:
            quotes.store(ground.url, counts=profile.values, foreign_keys=foreign_keys)
            yield from _from_redis(ground, foreign_keys, profile)
            yield from _over_http(ground, foreign_keys, profile)


def _from_redis(ground: Ground, foreign_keys: int, profile: Profile) -> Iterator[Measured]:
    for count in profile.values:
        # Reads take a fraction of a millisecond, so that many are needed, and cost nothing.
        samples = 4 * profile.latency_samples
        reads = fetch.Reads(ground.url, count, samples, profile.load_seconds)
        name = case(count, foreign_keys)
        yield Measured(Place("values", "fleeting's port", name), fetch.through_port(reads))
        yield Measured(Place("values", "bare redis-py", name), fetch.bare(reads))


def _over_http(ground: Ground, foreign_keys: int, profile: Profile) -> Iterator[Measured]:
    usual = [(USUAL_VALUES, USUAL_CONNECTIONS)]
    every = [(count, some) for count in profile.values for some in profile.connections]
    cases = every if foreign_keys == max(profile.foreign_keys) else usual
    with both(ground) as (fleeting, plain):
        for count, connections in cases:
            function = quotes.function(count)
            for name, server, path in (
                ("fleeting over http", fleeting, f"/functions/{function}/values"),
                ("fastapi response_model", plain, f"/values?function={function}"),
            ):
                figures = server.load(
                    Call("GET", path), connections=connections, seconds=profile.load_seconds
                )
                place = Place("values", name, case(count, foreign_keys, connections))
                yield Measured(place, figures)
