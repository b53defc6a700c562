"""The Redis cancel signals keep the contract, and stand listeners that misbehave."""

from __future__ import annotations

import logging
from threading import Event

import fakeredis
import pytest

from fleeting.adapters.redis.cancel_signals import RedisCancelSignals
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.domain.result_key import Address
from fleeting.testing import CancelSignalsContract

KEY = "add_1763683200000_0123456789abcdef"
PATIENCE = 20


class TestRedisCancelSignals(CancelSignalsContract):
    def test_listener_that_raises_hears_the_next_signal(
        self,
        signals: RedisCancelSignals,
        client: fakeredis.FakeRedis,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """One bad callback does not make a worker deaf."""
        heard: list[Address] = []
        second = Event()

        def on_cancel(address: Address) -> None:
            heard.append(address)
            if len(heard) == 1:
                raise ZeroDivisionError
            second.set()

        stop = signals.listen(on_cancel)
        with caplog.at_level(logging.ERROR):
            client.publish("cancel", f":{KEY}")
            client.publish("cancel", f"team-a:{KEY}")
            assert second.wait(PATIENCE)
        stop()

        assert heard == [Address("", KEY), Address("team-a", KEY)]
        assert "failed to act" in caplog.text

    def test_listener_may_stop_itself(
        self, signals: RedisCancelSignals, client: fakeredis.FakeRedis
    ) -> None:
        """From within its own callback."""
        stopped = Event()

        def on_cancel(address: Address) -> None:
            stop()
            stopped.set()

        stop = signals.listen(on_cancel)
        client.publish("cancel", f":{KEY}")

        assert stopped.wait(PATIENCE)


def test_worker_starts_without_signals(
    broken_connection: RedisConnection, layout: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    """Redis is away: listening tries on in the background, and says so in the log."""
    with caplog.at_level(logging.WARNING):
        stop = RedisCancelSignals(broken_connection, layout.space).listen(lambda _: None)
        stop()

    assert "cancel signals are not heard" in caplog.text
