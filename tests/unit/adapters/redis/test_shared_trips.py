"""Who says what when several callers share a way to one server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fleeting.adapters.redis.commands import Command, Reply, command
from fleeting.adapters.redis.shared_trips import SharedTrips


class Server:
    """Answers each command with its key; the trips wait at the gate."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.trips: list[list[str]] = []
        self.gate = asyncio.Event()
        self.fails = False
        if is_open:
            self.gate.set()

    async def left(self, trips: int) -> None:
        """Return once so many trips are under way: a few steps of the loop."""
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(self.trips) == trips

    async def send(self, commands: Sequence[Command]) -> list[Reply]:
        self.trips.append([one.key for one in commands])
        await self.gate.wait()
        if self.fails:
            raise OSError("cut")
        return [one.key for one in commands]


def gets(*keys: str) -> list[Command]:
    return [command("GET", key) for key in keys]


async def test_each_gets_the_replies_to_his_own_commands() -> None:
    server = Server()
    trips = SharedTrips(server.send)

    replies = await asyncio.gather(trips(gets("a", "b")), trips(gets("c")), trips(gets()))

    assert replies == [["a", "b"], ["c"], []]
    assert server.trips == [["a", "b", "c"]]


async def test_who_comes_while_trips_are_under_way_shares_the_next() -> None:
    server = Server(is_open=False)
    trips = SharedTrips(server.send)
    asked = [asyncio.create_task(trips(gets("a")))]
    await server.left(1)
    asked.append(asyncio.create_task(trips(gets("b"))))
    await server.left(2)
    asked += [asyncio.create_task(trips(gets(key))) for key in "cde"]
    await asyncio.sleep(0)

    server.gate.set()

    assert await asyncio.gather(*asked) == [["a"], ["b"], ["c"], ["d"], ["e"]]
    assert server.trips == [["a"], ["b"], ["c", "d", "e"]]


async def test_one_who_gives_up_leaves_the_others_their_replies() -> None:
    server = Server(is_open=False)
    trips = SharedTrips(server.send)
    asked = [asyncio.create_task(trips(gets(key))) for key in "ab"]
    await asyncio.sleep(0)

    asked[0].cancel()
    server.gate.set()

    assert await asked[1] == ["b"]
    assert asked[0].cancelled()


async def test_a_failure_reaches_all_of_the_trip_and_nobody_after() -> None:
    server = Server()
    server.fails = True
    trips = SharedTrips(server.send)

    found = await asyncio.gather(trips(gets("a")), trips(gets("b")), return_exceptions=True)
    server.fails = False

    assert [type(one) for one in found] == [OSError, OSError]
    assert await trips(gets("c")) == ["c"]


@pytest.mark.parametrize("count", [1_000, 2_500])
async def test_a_full_trip_takes_no_more(count: int) -> None:
    server = Server()
    trips = SharedTrips(server.send)

    many, one = await asyncio.gather(
        trips(gets(*(str(number) for number in range(count)))), trips(gets("x"))
    )

    assert (len(many), one) == (count, ["x"])
    assert [len(trip) for trip in server.trips] == [count, 1]
