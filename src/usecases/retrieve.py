"""The Metric Retriever: hand out results, one by key or all of a function."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from ..domain.claim import overdue_error
from ..domain.errors import InvalidQuery, MalformedKey, ResultGone, ResultUnknown
from ..domain.json_value import parse_json
from ..domain.limits import Limits
from ..domain.result import Record, Status
from ..domain.result_key import Address, ResultKey, check_function_name
from ..domain.sighting import Sighting
from ..domain.stats import Stats, number_at, spread
from ..ports.clock import Clock
from ..ports.result_store import FunctionSummary, LiveValue, ResultReader, Slice, StoredResult
from .channel import Listener
from .follow import Follow
from .overlapping import Overlapping
from .updates import Update, Updates
from .watch import TaskUpdate, WatchTask

_AHEAD: Final = timedelta(seconds=5)
"""How far another machine's clock may be ahead before its keys count as of the future."""

MAX_WAIT: Final = timedelta(seconds=60)
"""Longest long poll: below the idle limit of usual proxies and load balancers."""

PAGE: Final = 100
"""Results on a page that asks for no number."""

MAX_PAGE: Final = 1000
"""Most results on a page."""

FINAL: Final = frozenset(status for status in Status if status.is_final)
FAILURES: Final = FINAL - {Status.SUCCEEDED}


@dataclass(frozen=True)
class Values:
    """Live values of a function in order of submission."""

    items: Sequence[LiveValue]

    @cached_property
    def etag(self) -> str:
        """Changes exactly when the list changes: a key never gets another value."""
        keys = "\n".join(item.key for item in self.items)
        return hashlib.blake2b(keys.encode(), digest_size=12).hexdigest()


class MetricRetriever:
    """Reads results; never writes."""

    def __init__(
        self, *, reader: ResultReader, follow: Follow, clock: Clock, limits: Limits
    ) -> None:
        self._reader = reader
        self._follow = follow
        self._updates = Updates(reader=reader, follow=follow)
        self._watch = WatchTask(result=self._result, follow=follow)
        self._clock = clock
        self._limits = limits
        self._read_values = Overlapping(self._values)

    async def result(
        self, namespace: str, key: str, *, wait: timedelta = timedelta(0)
    ) -> StoredResult:
        """The result under `key`; while it is open, waits up to `wait` for its end.

        Raises:
            MalformedKey: `key` is no key.
            ResultUnknown: the key lies in the future.
            ResultGone: nothing is left under that key.
            PortError: the store does not answer.
        """
        parsed = ResultKey.parse(key)
        if parsed.submitted_at > self._clock.now() + _AHEAD:
            raise ResultUnknown(f"{key} lies in the future: no task can have been given that key")
        address = Address(namespace, key)
        if wait <= timedelta(0) or not self._follow.is_reading(namespace):
            found = await self._found(address)
            if found.record.status.is_final or wait <= timedelta(0):
                return found
        return await self._awaited(address, min(wait, MAX_WAIT))

    async def values(self, namespace: str, function: str, part: Slice) -> Values:
        """All live values of a function, or a part of them.

        Raises:
            InvalidQuery: `part` cannot be.
            AnswerTooLarge: they are more than one answer may hold.
            PortError: the store does not answer.
        """
        _check(function, part, most=None)
        return await self._read_values((namespace, function, part))

    async def results(
        self,
        namespace: str,
        function: str,
        part: Slice,
        statuses: frozenset[Status] = frozenset(Status),
    ) -> list[Record]:
        """A page of results of a function, of any status in `statuses`.

        Raises:
            InvalidQuery: `part` cannot be.
            PortError: the store does not answer.
        """
        _check(function, part, most=MAX_PAGE)
        page = Slice(after=part.after, limit=part.limit or PAGE, order=part.order)
        now = self._clock.now()
        records = await self._reader.records(namespace, function, page, statuses)
        return [_settled(record, now) for record in records]

    async def functions(self, namespace: str) -> list[FunctionSummary]:
        """Functions with live values, by name."""
        return await self._reader.functions(namespace)

    async def stats(self, namespace: str, function: str, field: str | None) -> Stats:
        """Figures over the live values of a function, or over one field in them.

        Raises:
            AnswerTooLarge: the values are more than can be looked at in one go.
            PortError: the store does not answer.
        """
        values = await self.values(namespace, function, Slice())
        records = await self._reader.records(namespace, function, Slice(), FINAL)
        # In a thread: megabytes of JSON may have to be read.
        numbers = await asyncio.to_thread(_numbers, values.items, field)
        times = [r.run_time.total_seconds() for r in records if r.run_time is not None]
        return Stats(
            function=function,
            field=field,
            count=len(values.items),
            failures=sum(record.status in FAILURES for record in records),
            skipped=len(values.items) - len(numbers),
            values=spread(numbers),
            run_seconds=spread(times),
        )

    def stream(
        self, namespace: str, function: str, *, after: str | None, idle: timedelta
    ) -> AsyncGenerator[Update | None, None]:
        """Every result of a function as it ends, and progress before that; see `Updates.stream`."""
        return self._updates.stream(namespace, function, after=after, idle=idle)

    def watch(
        self, namespace: str, key: str, *, seen: Sighting, idle: timedelta
    ) -> AsyncGenerator[TaskUpdate | None, None]:
        """What is new of one task beyond `seen`, up to its end; see `WatchTask.stream`."""
        return self._watch.stream(Address(namespace, key), seen=seen, idle=idle)

    async def _result(self, address: Address) -> StoredResult:
        return await self.result(address.namespace, address.key)

    async def _values(self, what: tuple[str, str, Slice]) -> Values:
        limit = self._limits.max_answer_bytes
        return Values(await self._reader.values(*what, max_bytes=limit))

    async def _found(self, address: Address) -> StoredResult:
        found = await self._reader.read(address)
        if found is None:
            raise ResultGone(
                f"nothing is left under {address.key}: results live for minutes after their task "
                "ends, so submit the task again"
            )
        return StoredResult(_settled(found.record, self._clock.now()), found.value)

    async def _awaited(self, address: Address, wait: timedelta) -> StoredResult:
        """Listen first, then look: a result that lands in between is heard.

        Who has just submitted a task need not look: that it waits was announced, too.
        """
        until = self._clock.elapsed() + wait
        async with self._follow.listen(address.namespace, key=address.key) as listener:
            if self._follow.is_open(address.namespace, address.key):
                await self._next_end(listener, until)
            found = await self._found(address)
            while not (found.record.status.is_final or self._is_over(listener, until)):
                await self._next_end(listener, until)
                found = await self._found(address)
        return found

    def _is_over(self, listener: Listener, until: timedelta) -> bool:
        return listener.has_ended or self._clock.elapsed() >= until

    async def _next_end(self, listener: Listener, until: timedelta) -> None:
        """Wait for the end; nothing that comes before it is a reason to look at the store."""
        event = await listener.next(until - self._clock.elapsed())
        while event is not None and not event.status.is_final:
            event = await listener.next(until - self._clock.elapsed())


def _settled(record: Record, now: datetime) -> Record:
    """An overdue task is lost, also before a worker's sweep has said so in the store."""
    return (
        record.lost(at=record.deadline, error=overdue_error()) if record.is_overdue(now) else record
    )


def _is_key_of(function: str, text: str) -> bool:
    try:
        return ResultKey.parse(text).function == function
    except MalformedKey:
        return False


def _numbers(items: Sequence[LiveValue], field: str | None) -> list[float]:
    found = (number_at(parse_json(item.value), field) for item in items)
    return [number for number in found if number is not None]


def _check(function: str, part: Slice, *, most: int | None) -> None:
    check_function_name(function)
    if part.after is not None and not _is_key_of(function, part.after):
        raise InvalidQuery(f"after is not a key of {function}: take one from an earlier answer")
    if part.limit is not None and part.limit < 1:
        raise InvalidQuery("limit must be at least 1")
    if most is not None and part.limit is not None and part.limit > most:
        raise InvalidQuery(f"limit is at most {most}: use after to get the next page")
