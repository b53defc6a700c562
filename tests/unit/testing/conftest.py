"""Try contract tests on adapters with a known fault, outside of pytest's own run."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from fleeting.adapters.memory.cancel_signals import MemoryCancelSignals
from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.result_store import (
    MemoryOpenTasks,
    MemoryResultReader,
    MemoryResultWriter,
)
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.domain.errors import StoreUnavailable
from fleeting.testing import Contract
from fleeting.testing.cancel_signals import Ear
from fleeting.testing.given import Given

Passes = Callable[..., bool]


class World:
    """The fixtures of a contract over memory, with one part replaced by a faulty one."""

    def __init__(self, parts: Mapping[str, Callable[..., Any]]) -> None:
        self.clock = ManualClock()
        self.store = parts.get("store", MemoryStore)(self.clock.now)
        self.pass_time = self.clock.advance
        self.corrupt = self.store.corrupt
        self.trim = self.store.events.trim
        for name, make in {**SOUND, **parts}.items():
            if name not in {"store", "broken"}:
                setattr(self, name, make(self.store))
        if "broken" in parts:
            off = MemoryStore(self.clock.now)
            off.switch.turn_off(StoreUnavailable("switched off"))
            self.broken = parts["broken"](off)

    @property
    def given(self) -> Given:
        return Given(self.writer)

    def deliveries(self, count: int) -> list[Any]:
        return [json.loads(body) for body in iter(self.queue.take_due, None)]

    @property
    def ear(self) -> Ear:
        return Ear(self.signals)


SOUND: dict[str, Callable[[MemoryStore], object]] = {
    "writer": MemoryResultWriter,
    "reader": MemoryResultReader,
    "open_tasks": MemoryOpenTasks,
    "records": MemoryTaskRecords,
    "feed": MemoryEventFeed,
    "signals": MemoryCancelSignals,
}


@pytest.fixture
def passes() -> Passes:
    """Whether memory, with some parts replaced, passes a contract test with all its parameters."""

    def passes(contract: type[Contract], test: str, **parts: Callable[..., object]) -> bool:
        function = getattr(contract, test)
        return all(_holds(contract, function, World(parts), p) for p in _parameter_sets(function))

    return passes


def _holds(
    contract: type[Contract],
    function: Callable[..., None],
    world: World,
    parameters: Mapping[str, object],
) -> bool:
    with asyncio.Runner() as runner:
        known = {"self": contract(), "run": runner.run, **parameters}
        try:
            function(
                **{
                    name: known[name] if name in known else getattr(world, name)
                    for name in inspect.signature(function).parameters
                }
            )
        except (Exception, pytest.fail.Exception):  # noqa: BLE001  # as any test runner does
            return False
        return True


def _parameter_sets(function: Callable[..., None]) -> Iterator[dict[str, object]]:
    marks = [m for m in getattr(function, "pytestmark", []) if m.name == "parametrize"]
    for choice in itertools.product(*(_cases(*mark.args) for mark in marks)):
        yield {name: value for case in choice for name, value in case.items()}


def _cases(names: str | tuple[str, ...], values: Any) -> list[dict[str, object]]:
    if isinstance(names, str):
        return [{names: value} for value in values]
    return [dict(zip(names, case, strict=True)) for case in values]


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a fault by its class."""
    if isinstance(val, dict) and all(isinstance(part, type) for part in val.values()):
        return "+".join(part.__name__ for part in val.values())
    return None
