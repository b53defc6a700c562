"""Who gets which parcel when: batches are short in time, and what is stuck goes elsewhere."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest
from celery.worker import state

from fleeting.adapters.celery.lane.board import Board
from fleeting.adapters.celery.lane.pace import Pace

from .make import a_parcel

KIND = a_parcel().kind
LONG_AGO = 60.0


@pytest.fixture(autouse=True)
def _forget():
    yield
    state.reset_state()


@pytest.fixture
def pace() -> Pace:
    return Pace()


def a_board(pace: Pace, *, slots: int = 1, parcels: int = 0) -> Board:
    board = Board(slots, pace)
    for number in range(parcels):
        board.offer(a_parcel(number))
    return board


def test_calls_of_an_unknown_kind_are_taken_one_by_one(pace):
    board = a_board(pace, parcels=3)

    assert len(board.take(board.slots[0])) == 1


def test_batch_is_as_long_as_it_takes_to_run(pace):
    pace.observe(KIND, 0.002)
    board = a_board(pace, parcels=64)

    assert len(board.take(board.slots[0])) == 5


def test_batch_has_an_end_however_short_the_calls(pace):
    pace.observe(KIND, 0.000001)
    board = a_board(pace, parcels=99)

    assert len(board.take(board.slots[0])) == 64


def test_idle_slots_share_what_is_there(pace):
    pace.observe(KIND, 0.000001)
    board = a_board(pace, slots=2, parcels=10)

    assert [len(board.take(slot)) for slot in board.slots] == [5, 5]


def test_two_messages_of_one_task_are_not_claimed_together(pace):
    pace.observe(KIND, 0.000001)
    board = a_board(pace)
    for _ in range(2):
        board.offer(a_parcel(7))

    assert len(board.take(board.slots[0])) == 1


def test_what_is_taken_is_active_in_the_books_of_celery(pace):
    board = a_board(pace, parcels=1)

    [parcel] = board.take(board.slots[0])

    assert parcel.request in state.active_requests
    assert state.total_count["fleeting.run"] == 1


def test_claimed_parcels_are_run_before_others_are_claimed(pace):
    board = a_board(pace, parcels=1)
    claimed = a_parcel(9)
    board.put(board.slots[0], [claimed])

    assert board.take(board.slots[0]) == [claimed]


def test_idle_slot_takes_over_what_waits_behind_a_stuck_one(pace):
    board = a_board(pace, slots=2)
    stuck, idle = board.slots
    waiting = a_parcel(9)
    board.put(stuck, [waiting])
    stuck.since = time.monotonic() - LONG_AGO

    assert board.take(idle) == [waiting]


def test_what_waits_behind_a_slot_that_gets_on_stays_there(pace):
    board = a_board(pace, slots=2, parcels=1)
    busy, idle = board.slots
    board.put(busy, [a_parcel(9)])
    busy.begin()

    assert board.take(idle)[0].task.args == [0]


def test_all_that_waits_goes_back_when_every_slot_is_stuck(pace):
    board = a_board(pace, parcels=2)
    board.put(board.slots[0], [a_parcel(9)])
    board.slots[0].since = time.monotonic() - LONG_AGO

    assert [parcel.task.args[0] for parcel in board.stuck()] == [9, 0, 1]
    assert board.busy() == 1


def test_parcel_wakes_an_idle_slot_and_not_the_watcher_in_its_place(pace):
    board = a_board(pace)
    found: list[object] = []
    watcher = Thread(target=board.stuck)
    watcher.start()
    for number in range(20):
        slot = Thread(target=lambda: found.append(board.take(board.slots[0])))
        slot.start()
        board.offer(a_parcel(number))
        slot.join(10)

    board.close()
    watcher.join(10)
    assert len(found) == 20


def test_end_of_the_lane_returns_what_waits_and_frees_who_waits(pace):
    board = a_board(pace)
    answers: list[object] = []
    waiting = [
        Thread(target=lambda: answers.append(board.take(board.slots[0]))),
        Thread(target=lambda: answers.append(board.stuck())),
    ]
    for thread in waiting:
        thread.start()

    board.close()

    for thread in waiting:
        thread.join(10)
    assert answers == [[], []]


def test_unclaimed_parcels_are_forgotten_when_the_connection_is_lost(pace):
    board = a_board(pace, parcels=2)

    assert len(board.clear()) == 2
    assert board.close() == []


def test_what_a_slot_leaves_behind_is_watched(pace):
    board = a_board(pace, parcels=2)
    handed_back: list[object] = []
    watcher = Thread(target=lambda: handed_back.extend(board.stuck()))
    watcher.start()

    board.take(board.slots[0])

    watcher.join(30)
    assert len(handed_back) == 1


def test_slot_that_only_stores_an_end_runs_nothing(pace):
    board = a_board(pace, parcels=1)
    [slot] = board.slots
    board.take(slot)

    slot.is_finishing = True

    assert not board.is_working


def test_slots_that_are_lent_are_not_the_lanes(pace):
    board = a_board(pace, slots=2, parcels=2)
    begun: list[object] = []
    board.ask(begun.append)
    board.take(board.slots[0])

    later = board.ask(begun.append)

    assert len(begun) == 1
    assert later.since is None
    assert board.room(KIND) == 2 - 2 - 1


def test_slot_that_was_lent_is_the_lanes_again_when_it_comes_back(pace):
    board = a_board(pace)
    loan = board.ask(lambda _: None)
    taken: list[object] = []
    slot = Thread(target=lambda: taken.extend(board.take(board.slots[0])))
    slot.start()
    board.offer(a_parcel(1))
    assert taken == []

    board.end(loan)

    slot.join(10)
    assert len(taken) == 1


def test_lane_and_others_take_turns(pace):
    """A batch of the lane with all that was claimed in it, then one run of the others."""
    board = a_board(pace, parcels=3)
    [slot] = board.slots
    order: list[object] = []
    has_begun = Event()
    claimed = board.take(slot)
    first = board.ask(lambda _: (order.append("first"), has_begun.set()))
    board.ask(lambda _: order.append("second"))
    board.put(slot, claimed)
    assert board.take(slot) == claimed
    assert order == []

    lane = Thread(target=lambda: order.append(board.take(slot)[0].task.args[0]))
    lane.start()
    has_begun.wait(10)
    board.end(first)
    lane.join(10)

    assert order == ["first", 1]


def test_what_waits_behind_slots_that_are_lent_for_long_goes_back(pace):
    board = a_board(pace, parcels=1)
    loan = board.ask(lambda _: None)
    loan.since = time.monotonic() - LONG_AGO

    assert len(board.stuck()) == 1
    assert board.busy() == 1


def test_others_wait_for_their_slot(pace):
    board = a_board(pace)
    running = board.ask(lambda _: None)
    entered: list[object] = []

    def run() -> None:
        with board.lent():
            entered.append(True)

    other = Thread(target=run)
    other.start()
    assert entered == []

    board.end(running)

    other.join(10)
    assert entered == [True]
