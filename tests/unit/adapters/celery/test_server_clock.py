"""Redis' time, and since when it has been there."""

from __future__ import annotations

import pytest

from fleeting.adapters.celery.server_clock import ServerClock


class Server:
    """A Redis of which the time is set by hand."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.asked = 0

    def time(self) -> tuple[int, int]:
        self.asked += 1
        return int(self.now), int(self.now % 1 * 1_000_000)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> ServerClock:
    return ServerClock(patience=5)


def test_reading_gives_the_servers_time(clock, server):
    server.now = 1_000.25

    assert clock.read(server) == 1_000.25


def test_nothing_is_known_before_the_first_reading(clock):
    assert clock.served == 0


def test_readings_in_quick_succession_add_up(clock, server):
    for _ in range(4):
        clock.read(server)
        server.now += 5

    assert clock.served == 15


def test_a_long_gap_starts_anew(clock, server):
    clock.read(server)
    server.now += 5
    clock.read(server)
    server.now += 5.1

    clock.read(server)

    assert clock.served == 0


def test_a_clock_that_goes_back_starts_anew(clock, server):
    """As after a failover to a machine with another clock."""
    clock.read(server)
    server.now -= 1

    clock.read(server)

    assert clock.served == 0


def test_between_readings_the_time_is_estimated_without_asking(clock, server):
    clock.read(server)

    assert clock.now(server) == pytest.approx(server.now, abs=1)
    assert server.asked == 1


def test_the_first_estimate_asks(clock, server):
    assert clock.now(server) == server.now
