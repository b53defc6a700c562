"""Who stores the end of a run: its slot before it does something else, else a thread beside."""

from __future__ import annotations

from threading import Event, Thread, current_thread
from typing import Any, cast

import pytest

from fleeting.adapters.celery.lane.finisher import Finisher
from fleeting.usecases.execute import Done, Ended

from .make import a_parcel


class Conclusions:
    """Notes what is concluded together, and by whom."""

    def __init__(self) -> None:
        self.calls: list[tuple[Thread, list[Any]]] = []

    def __call__(self, outcomes: Any) -> None:
        self.calls.append((current_thread(), [parcel for parcel, _ in outcomes]))


@pytest.fixture
def conclusions() -> Conclusions:
    return Conclusions()


def a_finisher(conclude: Any) -> Finisher:
    return Finisher(lambda: pytest.fail("nothing is to be stored"), conclude)


class Store:
    """An execution that settles and claims whatever it is given, unless it fails."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures = list(failures)
        self.trips: list[tuple[list[Any], list[Any]]] = []

    def turn(self, ends: Any, tasks: Any) -> Any:
        self._note(ends, tasks)
        return [Done()] * len(ends), list(tasks)

    def settle(self, ends: Any) -> Any:
        self._note(ends, [])
        return [Done()] * len(ends)

    def _note(self, ends: Any, tasks: Any) -> None:
        self.trips.append((list(ends), list(tasks)))
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure


def an_end() -> Ended:
    return Ended(cast("Any", None), None)


def test_what_has_ended_is_stored_in_the_round_trip_of_the_next_claim(conclusions):
    store, parcel, end = Store(), a_parcel(), an_end()
    finisher = Finisher(lambda: cast("Any", store), conclusions)
    finisher.put(parcel, end)

    assert finisher.turn(["next"]) == ["next"]
    assert store.trips == [([end], ["next"])]
    assert conclusions.calls == [(current_thread(), [parcel])]


def test_what_has_ended_is_stored_also_where_the_next_claim_fails(conclusions):
    store, parcel, end = Store(RuntimeError("no")), a_parcel(), an_end()
    finisher = Finisher(lambda: cast("Any", store), conclusions)
    finisher.put(parcel, end)

    with pytest.raises(RuntimeError):
        finisher.turn(["next"])

    assert store.trips == [([end], ["next"]), ([end], [])]
    assert conclusions.calls == [(current_thread(), [parcel])]


def test_thread_beside_stores_what_no_slot_does(conclusions):
    store, has_stored = Store(), Event()
    finisher = Finisher(lambda: cast("Any", store), lambda _: has_stored.set())
    thread = Thread(target=finisher.run, daemon=True)
    thread.start()

    for _ in range(3):
        has_stored.clear()
        finisher.put(a_parcel(), an_end())
        assert has_stored.wait(30)

    finisher.close(30)
    thread.join(30)
    assert len(store.trips) == 3


def test_slot_with_nothing_else_to_do_finishes_by_itself(conclusions):
    parcel = a_parcel()

    a_finisher(conclusions).finish(parcel, Done())

    assert conclusions.calls == [(current_thread(), [parcel])]


def test_what_was_put_in_goes_along(conclusions):
    finisher, first, second = a_finisher(conclusions), a_parcel(1), a_parcel(2)
    finisher.put(first, Done())

    finisher.finish(second, Done())

    assert [parcels for _, parcels in conclusions.calls] == [[first, second]]


def test_what_was_put_in_is_finished_by_the_end(conclusions):
    finisher, parcel = a_finisher(conclusions), a_parcel()
    thread = Thread(target=finisher.run)
    thread.start()
    finisher.put(parcel, Done())

    finisher.close(30)
    thread.join(30)

    assert conclusions.calls == [(thread, [parcel])]


def test_failure_to_conclude_does_not_reach_the_slot():
    def fail(_: Any) -> None:
        raise RuntimeError("no")

    a_finisher(fail).finish(a_parcel(), Done())
