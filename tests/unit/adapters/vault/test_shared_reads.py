from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from fleeting.adapters.vault.shared_reads import SharedReads
from fleeting.domain.errors import SecretsUnavailable


class Server:
    """Counts its reads, and answers when it is let."""

    def __init__(self):
        self.reads = []
        self.let, self.asked = Event(), Event()
        self.let.set()
        self.error = None

    def read(self, name):
        self.reads.append(name)
        self.asked.set()
        assert self.let.wait(30)
        if self.error is not None:
            raise self.error
        return len(self.reads)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reads(server, clock):
    return SharedReads(server.read, keep=5, now=clock)


def test_what_was_read_is_given_again_for_a_while(server, clock, reads):
    assert (reads.get("a"), reads.get("a")) == (1, 1)
    clock.now = 4.9
    assert reads.get("a") == 1

    clock.now = 5

    assert reads.get("a") == 2


def test_names_are_apart(server, reads):
    assert (reads.get("a"), reads.get("b")) == (1, 2)


def test_all_who_want_the_same_at_the_same_time_share_one_read(server, reads):
    server.let.clear()
    together = Barrier(9)

    def get():
        together.wait(30)
        return reads.get("a")

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(get) for _ in range(8)]
        together.wait(30)
        server.let.set()
        found = {each.result() for each in waiting}

    assert found == {1}
    assert server.reads == ["a"]


def test_age_counts_from_the_beginning_of_a_read(server, clock, reads):
    server.let.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(reads.get, "a")
        assert server.asked.wait(30)
        clock.now = 5
        server.let.set()
        assert first.result() == 1

    assert reads.get("a") == 2


def test_a_failure_is_not_kept(server, reads):
    server.error = SecretsUnavailable("away")
    with pytest.raises(SecretsUnavailable):
        reads.get("a")

    server.error = None

    assert reads.get("a") == 2


def test_nothing_is_kept_where_nothing_is_to_be(server, clock):
    reads = SharedReads(server.read, keep=0, now=clock)

    assert (reads.get("a"), reads.get("a")) == (1, 2)


def test_what_nobody_asks_for_any_more_is_forgotten(server, clock, reads):
    reads.get("a")
    clock.now = 5
    reads.get("b")

    assert set(reads._shared) == {"b"}
