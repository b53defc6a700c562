"""What all contracts share: one event loop for each test, and no silent way out of a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any, ClassVar, Protocol, TypeVar

import pytest

from ..ports.result_store import ResultWriter
from .given import Given

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])

PassTime = Callable[[timedelta], None]
"""Returns once at least that time has passed on the backend's clock."""


class Run(Protocol):
    """Runs a coroutine to its end in the event loop of the test, and returns its result."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


def deviates(reason: str) -> Callable[[F], F]:
    """Mark a test that replaces one of its contract, and say why the adapter departs from it."""
    if not reason.strip():
        raise TypeError('deviates needs a reason: @deviates("the backend rounds to seconds")')

    def mark(test: F) -> F:
        test.__deviation__ = reason  # type: ignore[attr-defined]  # read by Contract alone
        return test

    return mark


def _test_names(cls: type) -> set[str]:
    return {name for name in dir(cls) if name.startswith("test_")}


def _is_overridden_silently(cls: type, name: str) -> bool:
    """Whether a definition other than the first one carries no reason."""
    *later, _first = [klass.__dict__[name] for klass in cls.__mro__ if name in klass.__dict__]
    return any(not hasattr(test, "__deviation__") for test in later)


class Contract:
    """Base of every contract; its tests cannot be overridden without `@deviates`.

    Tests are plain functions. Async methods are called through the fixture `run`, so that no
    pytest plugin has to be configured; fixtures that open async connections use `run` too, to
    open and close them in the event loop in which they are used.
    """

    tick: ClassVar[timedelta] = timedelta(milliseconds=250)
    """The unit of short lives in these tests: nothing that takes less may count as expired.

    A backend that answers more slowly, or keeps coarser time, sets a longer one.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in sorted(_test_names(cls)):
            if _is_overridden_silently(cls, name):
                raise TypeError(
                    f"{cls.__name__} replaces {name} of its contract: rename it, or mark it with "
                    '@deviates("why this adapter departs from the contract")'
                )

    @pytest.fixture
    def run(self) -> Iterator[Run]:
        """One event loop for the whole test, its fixtures included."""
        with asyncio.Runner() as runner:
            yield runner.run


class StoreContract(Contract):
    """Base of the contracts over a result store; its backend is empty when a test begins.

    Fixtures to supply:
        writer: a `ResultWriter` on the same backend as everything else in the test.
        pass_time: `PassTime`; waits, or moves the backend's clock.
    """

    @pytest.fixture
    def given(self, writer: ResultWriter) -> Given:
        """Brings tasks into any state."""
        return Given(writer)


def optional(request: pytest.FixtureRequest, name: str, *, what: str) -> Any:
    """A fixture that not every adapter can supply; without it the test is skipped."""
    try:
        return request.getfixturevalue(name)
    except pytest.FixtureLookupError as exc:
        if exc.argname != name:
            raise
        pytest.skip(f"supply the fixture `{name}` if {what}")
