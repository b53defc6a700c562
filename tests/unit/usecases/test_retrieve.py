from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.result_store import MemoryResultReader
from fleeting.adapters.system.clock import SystemClock
from fleeting.domain import errors as e
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address, ResultKey
from fleeting.domain.stats import Spread
from fleeting.ports.result_store import FunctionSummary, Slice, StoredResult
from fleeting.usecases.follow import Follow
from fleeting.usecases.retrieve import MAX_PAGE, MAX_WAIT, PAGE, MetricRetriever

from .make import RAISED, SECOND, Installation, a_report
from .test_execute import begin

LONG = timedelta(seconds=20)
MOMENT = timedelta(milliseconds=20)
NEVER = "add_1763683200000_0123456789abcdef"


@pytest.fixture
def home() -> Installation:
    return Installation()


class RunningClock(ManualClock):
    """A clock whose `elapsed` is the machine's, so that a long poll comes to its end."""

    def elapsed(self) -> timedelta:
        return SystemClock().elapsed()


class CountingReader(MemoryResultReader):
    """A reader that counts its looks at single results."""

    looks = 0

    async def read(self, address: Address) -> StoredResult | None:
        self.looks += 1
        return await super().read(address)


class LateFeed(MemoryEventFeed):
    """A feed that lets something happen just after it has told its latest position."""

    def __init__(self, home: Installation, act: Callable[[], object]) -> None:
        super().__init__(home.store)
        self._act = act

    async def latest(self, namespace: str) -> str:
        position = await super().latest(namespace)
        self._act()
        return position


def retriever_over(
    home: Installation,
    *,
    reader: MemoryResultReader | None = None,
    feed: MemoryEventFeed | None = None,
) -> MetricRetriever:
    """A retriever whose long polls end by the machine's clock."""
    return MetricRetriever(
        reader=reader or home.reader,
        follow=Follow(feed=feed or home.feed),
        clock=RunningClock(home.clock.now()),
        limits=home.limits,
    )


async def add(home: Installation, value: bytes, **changes: object) -> str:
    """Run a task to this value; returns its key."""
    home.clock.advance(timedelta(milliseconds=1))
    home.worker.runner.will(a_report(value=value, run_time=SECOND))
    return (await home.ran(**changes)).key


async def fail(home: Installation) -> str:
    home.clock.advance(timedelta(milliseconds=1))
    home.worker.runner.will(a_report(error=RAISED, run_time=3 * SECOND))
    return (await home.ran()).key


async def test_value_is_found_by_its_key(home: Installation) -> None:
    key = await add(home, b"[1, 2]")

    found = await home.retriever.result("", key)

    assert (found.value, found.record.status) == (b"[1, 2]", Status.SUCCEEDED)


async def test_failure_is_a_result_too(home: Installation) -> None:
    found = await home.retriever.result("", await fail(home))

    assert (found.value, found.record.error) == (None, RAISED)


async def test_expired_result_is_gone(home: Installation) -> None:
    key = await add(home, b"1")
    home.clock.advance(timedelta(minutes=5))

    with pytest.raises(e.ResultGone, match=f"nothing is left under {key}"):
        await home.retriever.result("", key)


async def test_key_that_was_never_submitted_looks_gone(home: Installation) -> None:
    with pytest.raises(e.ResultGone):
        await home.retriever.result("", NEVER)


async def test_key_of_another_namespace_looks_gone(home: Installation) -> None:
    task = await home.submitted(namespace="team")

    with pytest.raises(e.ResultGone):
        await home.retriever.result("", task.key)


async def test_key_of_the_future_is_unknown(home: Installation) -> None:
    future = ResultKey.make("add", home.clock.now() + timedelta(seconds=5.001), "0" * 16)

    with pytest.raises(e.ResultUnknown, match="lies in the future"):
        await home.retriever.result("", str(future))


async def test_clock_of_another_machine_may_be_a_little_ahead(home: Installation) -> None:
    soon = ResultKey.make("add", home.clock.now() + 5 * SECOND, "0" * 16)

    with pytest.raises(e.ResultGone):
        await home.retriever.result("", str(soon))


async def test_text_that_is_no_key_is_refused(home: Installation) -> None:
    with pytest.raises(e.MalformedKey):
        await home.retriever.result("", "add")


async def test_open_task_is_answered_at_once_unless_asked_to_wait(home: Installation) -> None:
    task = await home.submitted()

    found = await home.retriever.result("", task.key)

    assert found == StoredResult(await home.record(task), None)


async def test_long_poll_is_answered_when_the_task_ends(home: Installation) -> None:
    task = await home.submitted()
    waiting = asyncio.create_task(home.retriever.result("", task.key, wait=LONG))
    await asyncio.sleep(0)

    home.worker.execute(task)

    assert (await waiting).value == b"3"


async def test_result_that_lands_while_the_long_poll_begins_is_not_missed(
    home: Installation,
) -> None:
    """Between its first look and its listening."""
    task = await home.submitted()
    retriever = retriever_over(home, feed=LateFeed(home, lambda: home.worker.execute(task)))

    assert (await retriever.result("", task.key, wait=LONG)).value == b"3"


async def test_long_poll_ends_after_its_time(home: Installation) -> None:
    task = await home.submitted()

    found = await retriever_over(home).result("", task.key, wait=MOMENT)

    assert found.record.status is Status.QUEUED


async def test_long_poll_is_not_answered_by_progress(home: Installation) -> None:
    task = await home.submitted()
    begin(home, task)
    reader = CountingReader(home.store)
    retriever = retriever_over(home, reader=reader)
    waiting = asyncio.create_task(retriever.result("", task.key, wait=MOMENT))
    for _ in range(9):
        await asyncio.sleep(0)
        home.store.announce(Address("", task.key), "progress")

    assert (await waiting).record.status is Status.RUNNING
    assert reader.looks == 3, "before it listens, once it does, and at the end"


async def test_task_that_was_heard_to_be_open_is_looked_at_when_it_ends(
    home: Installation,
) -> None:
    """As by one who waits for one task after the other."""
    reader = CountingReader(home.store)
    retriever = retriever_over(home, reader=reader)
    await retriever.result("", (await home.submitted()).key, wait=MOMENT)
    task = await home.submitted()
    for _ in range(9):
        await asyncio.sleep(0)
    before = reader.looks
    waiting = asyncio.create_task(retriever.result("", task.key, wait=LONG))
    for _ in range(9):
        await asyncio.sleep(0)

    home.worker.execute(task)

    assert (await waiting).value == b"3"
    assert reader.looks - before == 1


async def test_long_poll_ends_when_the_process_closes(home: Installation) -> None:
    task = await home.submitted()
    waiting = asyncio.create_task(home.retriever.result("", task.key, wait=LONG))
    for _ in range(9):
        await asyncio.sleep(0)

    await home.follow.close()

    assert (await waiting).record.status is Status.QUEUED


async def test_long_poll_on_a_task_that_has_ended_is_answered_at_once(home: Installation) -> None:
    key = await add(home, b"1")

    assert (await home.retriever.result("", key, wait=LONG)).value == b"1"


def test_long_poll_is_shorter_than_the_patience_of_proxies() -> None:
    assert timedelta(seconds=60) >= MAX_WAIT


async def test_overdue_task_is_lost_before_any_sweep_has_said_so(home: Installation) -> None:
    """When all workers are gone nobody sweeps."""
    task = await home.submitted()
    home.clock.advance(task.deadline - task.submitted_at + SECOND)

    [listed] = await home.retriever.results("", "add", Slice())
    found = await home.retriever.result("", task.key)

    assert found.record == listed
    assert (found.record.status, found.record.finished_at) == (Status.LOST, task.deadline)
    assert found.record.error is not None
    assert found.record.error.code == "task_lost"


async def test_values_are_listed_in_order_of_submission(home: Installation) -> None:
    keys = [await add(home, value) for value in (b"3", b"1", b"2")]
    await fail(home)

    values = await home.retriever.values("", "add", Slice())

    assert [(item.key, item.value) for item in values.items] == list(
        zip(keys, [b"3", b"1", b"2"], strict=True)
    )


async def test_part_of_the_values_may_be_asked_for(home: Installation) -> None:
    keys = [await add(home, b"1") for _ in range(4)]

    part = Slice(after=keys[3], limit=2, order="desc")
    values = await home.retriever.values("", "add", part)

    assert [item.key for item in values.items] == [keys[2], keys[1]]


async def test_values_beyond_the_byte_budget_are_refused() -> None:
    home = Installation(max_answer_bytes=5)
    await add(home, b"123")
    await add(home, b"123")

    with pytest.raises(e.AnswerTooLarge):
        await home.retriever.values("", "add", Slice())


async def test_etag_stays_while_the_list_stays_and_changes_with_it(home: Installation) -> None:
    await add(home, b"1")
    first = (await home.retriever.values("", "add", Slice())).etag
    again = (await home.retriever.values("", "add", Slice())).etag
    await add(home, b"1")
    other = (await home.retriever.values("", "add", Slice())).etag

    assert first == again != other
    assert len(first) == 24


@pytest.mark.parametrize("call", ["values", "results"])
@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Slice(after="yesterday"), "after is not a key of add"),
        (Slice(after="sub_1763683200000_0123456789abcdef"), "after is not a key of add"),
        (Slice(limit=0), "limit must be at least 1"),
    ],
)
async def test_part_that_cannot_be_is_refused(
    home: Installation, call: str, part: Slice, words: str
) -> None:
    with pytest.raises(e.InvalidQuery, match=words):
        await getattr(home.retriever, call)("", "add", part)


@pytest.mark.parametrize("call", ["values", "results"])
async def test_function_that_cannot_be_is_refused(home: Installation, call: str) -> None:
    with pytest.raises(e.InvalidTask):
        await getattr(home.retriever, call)("", "a-b", Slice())


async def test_results_of_every_status_are_listed(home: Installation) -> None:
    done, failed = await add(home, b"1"), await fail(home)
    home.clock.advance(SECOND)
    waiting = (await home.submitted()).key

    records = await home.retriever.results("", "add", Slice())

    assert [(record.key, record.status) for record in records] == [
        (done, Status.SUCCEEDED),
        (failed, Status.FAILED),
        (waiting, Status.QUEUED),
    ]


async def test_results_of_some_statuses_may_be_asked_for(home: Installation) -> None:
    await add(home, b"1")
    failed = await fail(home)

    records = await home.retriever.results("", "add", Slice(), frozenset({Status.FAILED}))

    assert [record.key for record in records] == [failed]


async def test_page_that_asks_for_no_number_is_of_a_hundred(home: Installation) -> None:
    for _ in range(PAGE + 1):
        await home.submitted()

    assert PAGE == 100
    assert len(await home.retriever.results("", "add", Slice())) == PAGE


async def test_pages_follow_each_other(home: Installation) -> None:
    keys = [await add(home, b"1") for _ in range(5)]
    seen: list[str] = []
    after = None

    while page := await home.retriever.results("", "add", Slice(after=after, limit=2)):
        after = page[-1].key
        seen += [record.key for record in page]

    assert seen == keys


async def test_largest_page_is_of_a_thousand(home: Installation) -> None:
    assert MAX_PAGE == 1000
    assert await home.retriever.results("", "add", Slice(limit=1000)) == []
    with pytest.raises(e.InvalidQuery, match="at most 1000: use after to get the next page"):
        await home.retriever.results("", "add", Slice(limit=1001))


async def test_values_may_be_asked_for_in_any_number(home: Installation) -> None:
    assert (await home.retriever.values("", "add", Slice(limit=1001))).items == []


async def test_functions_are_summed_up(home: Installation) -> None:
    await add(home, b"1")
    newest = await add(home, b"2")

    assert await home.retriever.functions("") == [FunctionSummary("add", 2, newest)]


async def test_figures_are_those_of_the_live_values(home: Installation) -> None:
    for value in (b"1", b"2", b'"no number"', b"6"):
        await add(home, value)
    await fail(home)

    stats = await home.retriever.stats("", "add", None)

    assert (stats.function, stats.field) == ("add", None)
    assert (stats.count, stats.failures, stats.skipped) == (4, 1, 1)
    assert stats.values == Spread(count=3, min=1, mean=3, max=6, p50=2, p95=6)
    assert stats.run_seconds == Spread(count=5, min=1, mean=1.4, max=3, p50=1, p95=3)


async def test_figures_of_a_field_in_the_values(home: Installation) -> None:
    await add(home, b'{"price": 2}')
    await add(home, b'{"price": 4}')
    await add(home, b'{"prize": 9}')

    stats = await home.retriever.stats("", "add", "price")

    assert (stats.field, stats.count, stats.skipped) == ("price", 3, 1)
    assert stats.values is not None
    assert (stats.values.min, stats.values.max) == (2, 4)


async def test_every_end_without_a_value_is_a_failure(home: Installation) -> None:
    await fail(home)
    cancelled = await home.submitted()
    await home.cancel(Address("", cancelled.key))

    stats = await home.retriever.stats("", "add", None)

    assert (stats.count, stats.failures) == (0, 2)
    assert stats.values is None
    assert stats.run_seconds == Spread(count=1, min=3, mean=3, max=3, p50=3, p95=3)


async def test_store_that_is_away_is_said_so(home: Installation) -> None:
    home.store.switch.turn_off(e.StoreUnavailable("away"))

    with pytest.raises(e.StoreUnavailable):
        await home.retriever.result("", NEVER)
