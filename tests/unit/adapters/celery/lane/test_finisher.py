"""Who stores the end of a run: its slot where it has nothing else to do, else a thread beside."""

from __future__ import annotations

from threading import Thread, current_thread
from typing import Any

import pytest

from fleeting.adapters.celery.lane.finisher import Finisher
from fleeting.usecases.execute import Done

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
