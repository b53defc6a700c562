"""The part of the `ResultWriter` contract on what a swap brings about: life, news, lists."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from ..domain.change import Swapped, opening, transition
from ..domain.result import Status
from ..ports.event_feed import EventFeed
from ..ports.result_store import ResultReader, ResultWriter
from .contract import PassTime, Run, StoreContract
from .given import LONG, Given, success
from .listings import ALL, BUDGET, EVERY_STATUS


class EffectContract(StoreContract):
    """What `ResultWriter.store` brings about; see `ResultWriterContract`."""

    def test_record_value_and_entries_vanish_together(
        self,
        run: Run,
        writer: ResultWriter,
        reader: ResultReader,
        given: Given,
        pass_time: PassTime,
    ) -> None:
        """After `keep` nothing is left, in no answer; what lives longer stays."""
        short = given.succeeded(1, ttl=2 * self.tick)
        long = given.succeeded(2, value=b"2")

        pass_time(3 * self.tick)

        assert run(reader.read(short.address)) is None
        assert writer.load([short.address])[0].record is None
        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))
        assert [value.key for value in values] == [long.key]
        assert run(reader.records("", "add", ALL, EVERY_STATUS)) == [long]
        assert [(s.count, s.newest) for s in run(reader.functions(""))] == [(1, long.key)]

    def test_result_lives_for_keep_whatever_its_task_was_given(
        self, run: Run, reader: ResultReader, given: Given, pass_time: PassTime
    ) -> None:
        """Life is counted from the swap, not from the life that the open record had left."""
        record = given.running(patience=6 * self.tick, ttl=4 * self.tick)
        pass_time(3 * self.tick)
        given.finished(record)

        pass_time(2 * self.tick)
        alive = run(reader.read(record.address))
        pass_time(3 * self.tick)

        assert alive is not None
        assert run(reader.read(record.address)) is None

    @pytest.mark.parametrize("status", ["queued", "running"])
    def test_open_record_does_not_live_for_ever(
        self, writer: ResultWriter, given: Given, pass_time: PassTime, status: str
    ) -> None:
        """What nobody ends is forgotten after `keep` too."""
        make = given.queued if status == "queued" else given.running
        record = make(patience=self.tick, ttl=self.tick)

        pass_time(3 * self.tick)

        assert writer.load([record.address])[0].record is None

    def test_place_of_an_expired_record_is_empty(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """A message that comes after everything has expired makes its record afresh."""
        given.succeeded(ttl=self.tick)
        pass_time(2 * self.tick)

        [outcome] = writer.store([opening(given.record(), now=given.now)])

        assert isinstance(outcome, Swapped)

    def test_swap_is_announced(self, run: Run, feed: EventFeed, given: Given) -> None:
        """One event for each change, in order, in the namespace of the task alone."""
        position, elsewhere = run(feed.latest("team-a")), run(feed.latest(""))

        record = given.succeeded(namespace="team-a")

        events = run(feed.read("team-a", position, wait=timedelta(0), limit=9))
        assert [(e.kind, e.status, e.attempt) for e in events] == [
            ("status", Status.QUEUED, 0),
            ("status", Status.RUNNING, 1),
            ("status", Status.SUCCEEDED, 1),
        ]
        assert {e.address for e in events} == {record.address}
        assert run(feed.read("", elsewhere, wait=timedelta(0), limit=9)) == []

    def test_announced_change_can_be_read(
        self, run: Run, writer: ResultWriter, reader: ResultReader, feed: EventFeed, given: Given
    ) -> None:
        """Who hears of a result finds it: the record is there before the event is."""
        running = given.running()
        position, now = run(feed.latest("")), given.now
        done = success(running, at=now)

        async def listen() -> Any:
            [event] = await feed.read("", position, wait=LONG / 360, limit=1)
            return await reader.read(event.address)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(writer.store, [transition(running, done, now=now, value=b"1")])
            stored = run(listen())
            writing.result()

        assert stored.record == done

    @pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled", "lost"])
    def test_ended_task_is_listed_once(
        self, run: Run, reader: ResultReader, given: Given, end: str
    ) -> None:
        """The entries of earlier states go with the swap."""
        record = getattr(given, end)()

        assert run(reader.records("", "add", ALL, EVERY_STATUS)) == [record]
        values = run(reader.values("", "add", ALL, max_bytes=BUDGET))
        assert len(values) == (end == "succeeded")

    def test_task_put_back_in_the_queue_is_listed_once(
        self, run: Run, reader: ResultReader, given: Given
    ) -> None:
        """Retries move a record between the lists without leaving a trace."""
        running = given.running()
        again = given.ended(running, running.queued())

        assert run(reader.records("", "add", ALL, EVERY_STATUS)) == [again]
