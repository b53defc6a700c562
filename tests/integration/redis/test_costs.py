"""What reading and writing cost, counted by the server itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from fleeting.adapters.redis.result_store import RedisResultReader, RedisResultWriter
from fleeting.domain.change import Swapped, opening, transition
from fleeting.domain.result import Record, Status
from fleeting.ports.result_store import Slice
from fleeting.testing import Run
from fleeting.testing.given import Given, claim, success

from ..servers.server import Server
from .conftest import Backend, backend_of

FOREIGN_KEYS = 200_000
BUDGET = 1_000_000

Cost = Counter[str]


@pytest.fixture(params=["valkey", "redis"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """One server, whose count of commands is not that of its cluster or its sentinels."""
    if request.param == "redis":
        url, server = (request.getfixturevalue(name) for name in ("redis_url", "redis_server"))
        return Backend(url, [server])
    return backend_of(request, request.param)


@pytest.fixture
def server(backend: Backend) -> Server:
    return backend.servers[0]


@pytest.fixture
def cost(server: Server) -> Callable[[Callable[[], object]], Cost]:
    """How often the server carries out each command while something is done."""

    def cost(work: Callable[[], object]) -> Cost:
        before = calls(server)
        work()
        return calls(server) - before

    return cost


def calls(server: Server) -> Cost:
    with server.connect() as client:
        stats = client.info("commandstats")
    own = {"info", "hello", "client|setinfo", "client|setname", "client|maint_notifications"}
    counted = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    return Counter({name: count for name, count in counted.items() if name not in own})


@pytest.fixture
def given(writer: RedisResultWriter) -> Given:
    return Given(writer)


def running(writer: RedisResultWriter, given: Given, count: int, function: str) -> list[Record]:
    now = given.now
    queued = [given.record(number, function=function) for number in range(count)]
    claimed = [record.running(at=now, worker="worker-1") for record in queued]
    writer.store([opening(record, now=now) for record in queued])
    writer.store([claim(a, b, now=now) for a, b in zip(queued, claimed, strict=True)])
    return claimed


def finish(writer: RedisResultWriter, given: Given, records: Sequence[Record]) -> None:
    now = given.now
    changes = [
        transition(record, success(record, at=now), now=now, value=b"1") for record in records
    ]
    outcomes = writer.store(changes)
    assert all(isinstance(outcome, Swapped) for outcome in outcomes)


def fill(writer: RedisResultWriter, given: Given, count: int, function: str = "add") -> None:
    finish(writer, given, running(writer, given, count, function))


Read = Callable[[], int]


@pytest.fixture(params=["values", "records", "functions"])
def listing(request: pytest.FixtureRequest, run: Run, reader: RedisResultReader) -> Read:
    """Reads one of the lists whole, and tells how much it found."""

    async def read() -> int:
        match request.param:
            case "values":
                return len(await reader.values("", "add", Slice(), max_bytes=BUDGET))
            case "records":
                return len(await reader.records("", "add", Slice(), frozenset(Status)))
            case _:
                return sum(one.count for one in await reader.functions(""))

    return lambda: run(read())


def crowd(server: Server) -> None:
    """Keys of somebody else, as many as a shared server may have."""
    script = "for i = 1, ARGV[1] do redis.call('SET', 'foreign:' .. i, i) end"
    with server.connect() as client:
        client.eval(script, 0, FOREIGN_KEYS)


def test_listing_costs_the_same_among_foreign_keys(
    server: Server,
    writer: RedisResultWriter,
    given: Given,
    cost: Callable[[Callable[[], object]], Cost],
    listing: Read,
) -> None:
    """1,000 results of a function: as many commands among 200,000 other keys as among none."""
    fill(writer, given, 1_000)
    assert listing() == 1_000

    alone = cost(listing)
    crowd(server)

    assert cost(listing) == alone


def test_a_thousand_values_are_two_commands(
    run: Run,
    writer: RedisResultWriter,
    reader: RedisResultReader,
    given: Given,
    cost: Callable[[Callable[[], object]], Cost],
) -> None:
    """The list, and the values."""
    fill(writer, given, 1_000)

    async def read() -> object:
        return await reader.values("", "add", Slice(), max_bytes=BUDGET)

    run(read())

    assert cost(lambda: run(read())) == {"zrangebyscore": 1, "mget": 1}


def test_a_short_list_that_is_read_again_is_one_command(
    run: Run,
    writer: RedisResultWriter,
    reader: RedisResultReader,
    given: Given,
    cost: Callable[[Callable[[], object]], Cost],
) -> None:
    """The server joins the values; once the list is long, they are read in two steps again."""
    fill(writer, given, 100)

    async def read() -> int:
        return len(await reader.values("", "add", Slice(), max_bytes=BUDGET))

    run(read())
    assert cost(lambda: run(read())) == {"sort_ro": 1}

    fill(writer, Given(writer), 600)
    assert run(read()) == 700
    assert cost(lambda: run(read())) == {"zrangebyscore": 1, "mget": 1}


def test_each_result_more_costs_the_same_few_commands(
    writer: RedisResultWriter, given: Given, cost: Callable[[Callable[[], object]], Cost]
) -> None:
    """From the client a script for all swaps; lists once a batch, whatever its size."""
    costs = []
    for count in (10, 20, 40):
        records = running(writer, given, count, f"function_{count}")
        costs.append(cost(lambda records=records: finish(writer, given, records)))

    ten, twenty, forty = costs
    assert ten["evalsha"] == 1 + 1 + 3  # given.now, the swaps, the lists
    assert ten["xadd"] == 10
    assert {name: count * 2 for name, count in (twenty - ten).items()} == forty - twenty
    assert sum((twenty - ten).values()) <= 20 * 10


def test_costs_of_writing_do_not_depend_on_what_is_stored(
    server: Server,
    writer: RedisResultWriter,
    given: Given,
    cost: Callable[[Callable[[], object]], Cost],
) -> None:
    """Neither on foreign keys nor on the function's other results."""
    first = running(writer, given, 10, "add")
    alone = cost(lambda: finish(writer, given, first))
    fill(writer, Given(writer), 1_000)
    crowd(server)
    records = running(writer, Given(writer), 10, "add")

    assert cost(lambda: finish(writer, given, records)) == alone


def test_nothing_scans(
    run: Run,
    writer: RedisResultWriter,
    reader: RedisResultReader,
    given: Given,
    cost: Callable[[Callable[[], object]], Cost],
) -> None:
    async def everything() -> None:
        await reader.values("", "add", Slice(), max_bytes=BUDGET)
        await reader.records("", "add", Slice(), frozenset(Status))
        await reader.functions("")

    def work() -> None:
        fill(writer, given, 10)
        given.failed(11)
        run(everything())

    assert not {"keys", "scan", "select", "zscan", "hscan"} & cost(work).keys()
