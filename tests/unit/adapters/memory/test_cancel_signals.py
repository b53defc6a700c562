"""The memory cancel signals keep the contract, and stand listeners that misbehave."""

from __future__ import annotations

import logging
from threading import Event

import pytest

from fleeting.adapters.memory.signal_board import SignalBoard
from fleeting.domain.result_key import Address
from fleeting.testing import CancelSignalsContract

SOMEWHERE = Address("", "add_1763683200000_0123456789abcdef")
PATIENCE = 20


class TestMemoryCancelSignals(CancelSignalsContract):
    pass


def test_listener_that_raises_hears_the_next_signal(caplog: pytest.LogCaptureFixture) -> None:
    board, heard_second = SignalBoard(), Event()
    heard: list[Address] = []

    def on_cancel(address: Address) -> None:
        heard.append(address)
        if len(heard) == 1:
            raise ZeroDivisionError
        heard_second.set()

    stop = board.listen(on_cancel)

    with caplog.at_level(logging.ERROR):
        board.send(SOMEWHERE)
        board.send(SOMEWHERE)

    assert heard_second.wait(PATIENCE)
    assert "failed to act" in caplog.text
    stop()


def test_listener_may_stop_itself() -> None:
    board, stopped = SignalBoard(), Event()

    def on_cancel(address: Address) -> None:
        stop()
        stopped.set()

    stop = board.listen(on_cancel)
    board.send(SOMEWHERE)

    assert stopped.wait(PATIENCE)
