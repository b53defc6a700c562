"""Reading lists: how many round trips, how much at once, and what clocks that differ do to it."""

from __future__ import annotations

import time
from datetime import timedelta

import fakeredis
import pytest

from fleeting.adapters.redis import reading
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Plan
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.function_list import functions
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.reading import CLOCK_MARGIN_MS, PAGE, Shelf, pages
from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.domain.result import Status
from fleeting.ports.result_store import LiveValue, Slice
from fleeting.testing import Run
from fleeting.testing.contract import PassTime
from fleeting.testing.given import LONG, Given

from .test_changes import trips

SPACE = Keyspace()
BUDGET = 10**9


@pytest.fixture
def given(writer: RedisResultWriter) -> Given:
    return Given(writer)


def shelf() -> Shelf:
    return Shelf(SPACE, "", "add", int(time.time() * 1000))


def values(*, one_by_one: bool = False) -> Plan[list[LiveValue]]:
    return reading.values(shelf(), Slice(), max_bytes=BUDGET, one_by_one=one_by_one)


def test_values_are_two_round_trips(connection: RedisConnection, given: Given) -> None:
    for number in range(30):
        given.succeeded(number)

    assert trips(connection, values()) == 2
    assert trips(connection, values(one_by_one=True)) == 2


def test_records_and_functions_are_two_round_trips(
    connection: RedisConnection, given: Given
) -> None:
    given.succeeded(1)
    given.failed(2)

    assert trips(connection, reading.records(shelf(), Slice(), frozenset(Status))) == 2
    assert trips(connection, functions(SPACE, "")) == 2


def test_empty_list_is_one_round_trip(connection: RedisConnection) -> None:
    assert trips(connection, values()) == 1
    assert trips(connection, functions(SPACE, "")) == 1


def test_first_page_is_as_long_as_the_limit_and_later_ones_grow() -> None:
    keys = [str(n) for n in range(10_000)]

    lengths = [len(page) for page in pages(keys, 10, [])]

    assert lengths[:4] == [10, 40, 160, 640]
    assert max(lengths) == PAGE
    assert sum(lengths) == len(keys)


def test_pages_end_when_enough_was_found() -> None:
    found: list[str] = []

    for page in pages(["a", "b", "c", "d"], 2, found):
        found += page

    assert found == ["a", "b"]


def test_no_limit_is_full_pages_and_zero_is_none() -> None:
    keys = [str(n) for n in range(2_500)]

    assert [len(page) for page in pages(keys, None, [])] == [1_000, 1_000, 500]
    assert list(pages(keys, 0, [])) == []


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clock_of_a_reader_may_be_minutes_apart(
    run: Run, connection: RedisConnection, layout: Layout, given: Given, minutes: int
) -> None:
    key = given.succeeded().key
    reader = RedisResultReader(connection, layout, lambda: time.time() + 60 * minutes)

    async def read() -> list[LiveValue]:
        return await reader.values("", "add", Slice(), max_bytes=BUDGET)

    assert [value.key for value in run(read())] == [key]


def test_what_expired_long_ago_is_not_even_asked_for(
    connection: RedisConnection, given: Given, pass_time: PassTime
) -> None:
    """A list that is written no more, with one long life in it, does not make reading dear."""
    given.succeeded(0, ttl=3 * LONG)
    for number in range(1, 20):
        given.succeeded(number, ttl=timedelta(seconds=1))
    pass_time(timedelta(milliseconds=CLOCK_MARGIN_MS) + timedelta(minutes=1))

    plan = values()
    next(plan)
    listed = connection.run(_first(values()))
    [get] = plan.send(listed)

    assert get.words == ("MGET", given.address(0).key)


def _first(plan: Plan[object]) -> Plan[list[object]]:
    return (yield next(plan))


def test_value_that_was_removed_by_hand_is_left_out(
    run: Run, reader: RedisResultReader, client: fakeredis.FakeRedis, given: Given
) -> None:
    """Neither a value without its key, nor a result whose value has gone, is an answer."""
    gone, stays = given.succeeded(1), given.succeeded(2)
    client.delete(gone.key)

    async def read() -> tuple[list[LiveValue], object]:
        found = await reader.values("", "add", Slice(), max_bytes=BUDGET)
        return found, await reader.read(gone.address)

    found, result = run(read())
    assert [value.key for value in found] == [stays.key]
    assert result is None


def test_function_whose_values_are_gone_is_left_out(
    run: Run, reader: RedisResultReader, client: fakeredis.FakeRedis, given: Given
) -> None:
    given.succeeded(function="add")
    given.succeeded(function="mul")
    client.delete("{add}:live")

    async def read() -> list[str]:
        return [summary.function for summary in await reader.functions("")]

    assert run(read()) == ["mul"]
